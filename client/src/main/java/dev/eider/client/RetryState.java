package dev.eider.client;

/**
 * How often something has failed since it last went well, and whether to try again. Not
 * thread-safe: belongs to what it retries.
 */
final class RetryState {
  /** Is what {@link #failed} returns when the time is over. */
  static final long GIVE_UP = -1;

  private final Backoff backoff;
  private final long timeoutNanos;
  private int failures;
  private long failingSinceNanos;

  RetryState(Backoff backoff, long timeoutNanos) {
    this.backoff = backoff;
    this.timeoutNanos = timeoutNanos;
  }

  /**
   * Notes a failure.
   *
   * @param atLeastNanos the least wait, as the daemon asks for it; 0 without
   * @return how long to wait before the next try in nanoseconds, or {@link #GIVE_UP}
   */
  long failed(long nowNanos, long atLeastNanos) {
    if (failures == 0) {
      failingSinceNanos = nowNanos;
    }
    failures++;
    long leftNanos = timeoutNanos - (nowNanos - failingSinceNanos);
    if (leftNanos <= 0) {
      return GIVE_UP;
    }
    // The last try comes when the time is just over, not a whole wait before.
    long waitNanos = Math.max(backoff.atLeastNanos(atLeastNanos), backoff.delayNanos(failures));
    return Math.min(leftNanos, waitNanos);
  }

  /** Notes that it went well. */
  void succeeded() {
    failures = 0;
  }

  boolean isFailing() {
    return failures > 0;
  }

  /** Says whether it has failed for longer than allowed. */
  boolean isOver(long nowNanos) {
    return failures > 0 && nowNanos - failingSinceNanos > timeoutNanos;
  }
}
