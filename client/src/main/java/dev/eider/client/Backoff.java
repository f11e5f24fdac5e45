package dev.eider.client;

import java.util.Random;

/**
 * Exponential backoff: the wait doubles from the minimum to the maximum, and jitter of up to half
 * shortens each wait so that many clients do not return at once. Thread-safe.
 */
record Backoff(long minNanos, long maxNanos, Random random) {

  /** Returns the wait after this many failures in a row, >= 1. */
  long delayNanos(int failures) {
    int doublings = Math.min(failures - 1, 40);
    long longest = minNanos > (maxNanos >> doublings) ? maxNanos : minNanos << doublings;
    return longest - (long) (random.nextDouble() * (longest / 2.0));
  }

  /** Returns the wait when the daemon asks all for one: up to half longer than asked. */
  long atLeastNanos(long askedNanos) {
    return askedNanos + (long) (random.nextDouble() * (askedNanos / 2.0));
  }
}
