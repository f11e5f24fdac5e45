package dev.eider.client;

import java.util.Random;

/**
 * The waits between retries: doubling from the least to the most, each shortened by a random part
 * of up to half so that many clients do not come back at once. Thread-safe.
 */
record Backoff(long minNanos, long maxNanos, Random random) {

  /** The wait after this many failures in a row, the first being 1. */
  long delayNanos(int failures) {
    int doublings = Math.min(failures - 1, 40);
    long longest = minNanos > (maxNanos >> doublings) ? maxNanos : minNanos << doublings;
    return longest - (long) (random.nextDouble() * (longest / 2.0));
  }

  /**
   * The wait when the daemon asks for one: longer than asked by up to half, since it asks everybody
   * for the same.
   */
  long atLeastNanos(long askedNanos) {
    return askedNanos + (long) (random.nextDouble() * (askedNanos / 2.0));
  }
}
