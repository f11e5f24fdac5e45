package dev.eider.client;

/** Decides whether and when to try again, by the failures in a row. Owned by what it retries. */
final class RetryState {
  /** The result of {@link #failed} after the timeout. */
  static final long GIVE_UP = -1;

  private final Backoff backoff;
  private final long timeoutNanos;
  private int failures;
  private long failingSinceNanos;

  RetryState(Backoff backoff, long timeoutNanos) {
    this.backoff = backoff;
    this.timeoutNanos = timeoutNanos;
  }

  /** Records a failure; returns the wait, as long as asked for at least, or {@link #GIVE_UP}. */
  long failed(long nowNanos, long atLeastNanos) {
    if (failures == 0) {
      failingSinceNanos = nowNanos;
    }
    failures++;
    long leftNanos = timeoutNanos - (nowNanos - failingSinceNanos);
    if (leftNanos <= 0) {
      return GIVE_UP;
    }
    // The last try comes right at the timeout, not a whole wait before it.
    long waitNanos = Math.max(backoff.atLeastNanos(atLeastNanos), backoff.delayNanos(failures));
    return Math.min(leftNanos, waitNanos);
  }

  /** Records a success. */
  void succeeded() {
    failures = 0;
  }

  boolean isFailing() {
    return failures > 0;
  }

  /** Returns whether it has been failing for longer than the timeout. */
  boolean hasTimedOut(long nowNanos) {
    return failures > 0 && nowNanos - failingSinceNanos > timeoutNanos;
  }
}
