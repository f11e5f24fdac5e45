package dev.eider.client;

import java.time.Duration;

/** Range checks for settings; each returns the value that it checked. */
final class Checks {
  static long atLeast(String name, long value, long min) {
    if (value < min) {
      throw new IllegalArgumentException(name + " must be at least " + min + ", is " + value);
    }
    return value;
  }

  static Duration positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be positive, is " + value);
    }
    return value;
  }
}
