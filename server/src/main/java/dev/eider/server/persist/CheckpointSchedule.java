package dev.eider.server.persist;

/**
 * Decides when DuckDB makes a checkpoint: after so many bytes, when the disk gets full, when DuckDB
 * needs one, or when nothing else is to do. A checkpoint stalls the next transaction, and the log
 * is trimmed only behind one.
 *
 * <p>Each begins a new row group, and many small ones are slow to read. So one that comes for want
 * of anything else to do, and has little to write, lets the next such one wait twice as long.
 *
 * <p>Owned by the persister thread.
 */
final class CheckpointSchedule {
  private static final long RETRY_MS = 50;
  private static final int SHORT_SHARE = 8;
  private static final long SHORT_BYTES_MIN = 1 << 20;

  /** The bytes below which a checkpoint is worth little. */
  private static final long IDLE_BYTES_MIN = 8 << 20;

  /** The longest wait, in idle times. */
  private static final int IDLE_WAITS_MAX = 128;

  private final long bytesMax;
  private final long idleMs;
  private final long idleWaitMsMax;
  private long checkpointedPosition;
  private long persistedPosition;
  private long persistedAtMs;
  private long notBeforeMs = Long.MIN_VALUE;
  private long idleNotBeforeMs = Long.MIN_VALUE;
  private long idleWaitMs;

  // What an earlier opening of DuckDB has left undone is not known.
  private boolean owesFirst = true;

  CheckpointSchedule(long bytesMax, long idleMs, long position, long nowMs) {
    this.bytesMax = bytesMax;
    this.idleMs = idleMs;
    idleWaitMs = idleMs;
    idleWaitMsMax = IDLE_WAITS_MAX * idleMs;
    checkpointedPosition = position;
    persistedPosition = position;
    persistedAtMs = nowMs;
  }

  void persisted(long position, long nowMs) {
    persistedPosition = position;
    persistedAtMs = nowMs;
  }

  /** Returns the position up to which the log is no longer needed. */
  long checkpointed(long nowMs) {
    owesFirst = false;
    long bytes = persistedPosition - checkpointedPosition;
    if (bytes > 0) {
      idleWaitMs = bytes < IDLE_BYTES_MIN ? Math.min(2 * idleWaitMs, idleWaitMsMax) : idleMs;
      idleNotBeforeMs = nowMs + idleWaitMs;
    }
    checkpointedPosition = persistedPosition;
    return checkpointedPosition;
  }

  /** Postpones the checkpoint, since DuckDB has to finish something else first. */
  void postpone(long nowMs) {
    notBeforeMs = nowMs + RETRY_MS;
  }

  /**
   * @param usableBytes what is left of the disk: the less, the earlier, since what lacks a
   *     checkpoint takes up room several times over
   * @param isNeeded whether DuckDB needs one
   */
  boolean isDue(long nowMs, long usableBytes, boolean isNeeded) {
    if (nowMs < notBeforeMs) {
      return false;
    }
    long bytes = persistedPosition - checkpointedPosition;
    return isNeeded
        || bytes >= Math.min(bytesMax, Math.max(SHORT_BYTES_MIN, usableBytes / SHORT_SHARE))
        || isIdle(nowMs, bytes);
  }

  private boolean isIdle(long nowMs, long bytes) {
    return nowMs - persistedAtMs >= idleMs
        && (owesFirst || bytes >= IDLE_BYTES_MIN || (bytes > 0 && nowMs >= idleNotBeforeMs));
  }
}
