package dev.eider.server.persist;

/**
 * Decides when DuckDB makes a checkpoint: after so many bytes, or when nothing else is to do. A
 * checkpoint stalls the next transaction, and the log is trimmed only behind one. Owned by the
 * persister thread.
 */
final class CheckpointSchedule {
  private static final long RETRY_MS = 50;

  private final long bytesMax;
  private final long idleMs;
  private long checkpointedPosition;
  private long persistedPosition;
  private long persistedAtMs;
  private long notBeforeMs = Long.MIN_VALUE;

  CheckpointSchedule(long bytesMax, long idleMs, long position) {
    this.bytesMax = bytesMax;
    this.idleMs = idleMs;
    checkpointedPosition = position;
    persistedPosition = position;
  }

  void persisted(long position, long nowMs) {
    persistedPosition = position;
    persistedAtMs = nowMs;
  }

  /** Returns the position up to which the log is no longer needed. */
  long checkpointed() {
    checkpointedPosition = persistedPosition;
    return checkpointedPosition;
  }

  /** Takes note that DuckDB could not do it just now. */
  void postpone(long nowMs) {
    notBeforeMs = nowMs + RETRY_MS;
  }

  boolean isDue(long nowMs) {
    if (nowMs < notBeforeMs) {
      return false;
    }
    long bytes = persistedPosition - checkpointedPosition;
    return bytes >= bytesMax || (bytes > 0 && nowMs - persistedAtMs >= idleMs);
  }
}
