package dev.eider.server.event;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Times as they are stored: microseconds since 1970 UTC. */
public final class Micros {
  private Micros() {}

  /** Returns the time of a clock. */
  public static long now(InstantSource clock) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
  }
}
