package dev.eider.bench;

/** The longest time between two acknowledgements. Thread-safe. */
final class Stalls {
  private long lastNanos;
  private long longestNanos;

  synchronized void begin(long nanos) {
    lastNanos = nanos;
    longestNanos = 0;
  }

  synchronized void acknowledged(long nanos) {
    longestNanos = Math.max(longestNanos, nanos - lastNanos);
    lastNanos = nanos;
  }

  synchronized long longestNanos() {
    return longestNanos;
  }
}
