package dev.eider.server.upkeep;

import java.time.InstantSource;

/** The time until something is due again. Owned by one thread. */
final class Interval {
  private final InstantSource clock;
  private long sinceMs;
  private long lengthMs;

  /** Begins with a first interval. */
  Interval(InstantSource clock, long lengthMs) {
    this.clock = clock;
    begin(lengthMs);
  }

  /** Begins another interval. */
  void begin(long ms) {
    sinceMs = clock.millis();
    lengthMs = ms;
  }

  /** Returns how much of it is left; 0 if it is over, or the clock was put back meanwhile. */
  long leftMs() {
    long passedMs = clock.millis() - sinceMs;
    return passedMs < 0 ? 0 : Math.max(0, lengthMs - passedMs);
  }
}
