package dev.eider.server.persist;

/**
 * Decides when DuckDB makes a checkpoint: after so many bytes, when the disk gets full, or when
 * nothing else is to do. A checkpoint stalls the next transaction, and the log is trimmed only
 * behind one. Owned by the persister thread.
 */
final class CheckpointSchedule {
  private static final long RETRY_MS = 50;
  private static final int SHORT_SHARE = 8;
  private static final long SHORT_BYTES_MIN = 1 << 20;

  private final long bytesMax;
  private final long idleMs;
  private long checkpointedPosition;
  private long persistedPosition;
  private long persistedAtMs;
  private long notBeforeMs = Long.MIN_VALUE;

  // What an earlier opening of DuckDB has left to be done is not known.
  private boolean owesFirst = true;

  CheckpointSchedule(long bytesMax, long idleMs, long position, long nowMs) {
    this.bytesMax = bytesMax;
    this.idleMs = idleMs;
    checkpointedPosition = position;
    persistedPosition = position;
    persistedAtMs = nowMs;
  }

  void persisted(long position, long nowMs) {
    persistedPosition = position;
    persistedAtMs = nowMs;
  }

  /** Returns the position up to which the log is no longer needed. */
  long checkpointed() {
    owesFirst = false;
    checkpointedPosition = persistedPosition;
    return checkpointedPosition;
  }

  /** Takes note that DuckDB could not do it just now. */
  void postpone(long nowMs) {
    notBeforeMs = nowMs + RETRY_MS;
  }

  /**
   * @param usableBytes what is left of the disk: the less, the earlier, since what waits for a
   *     checkpoint takes up room several times over
   */
  boolean isDue(long nowMs, long usableBytes) {
    if (nowMs < notBeforeMs) {
      return false;
    }
    long bytes = persistedPosition - checkpointedPosition;
    return bytes >= Math.min(bytesMax, Math.max(SHORT_BYTES_MIN, usableBytes / SHORT_SHARE))
        || ((bytes > 0 || owesFirst) && nowMs - persistedAtMs >= idleMs);
  }
}
