package dev.eider.server.sequencer;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands until it is moved. Thread-safe. */
public final class TestClock implements InstantSource {
  private final AtomicLong millis = new AtomicLong(1_767_225_600_000L);

  /** Moves on. */
  public void advance(long byMs) {
    millis.addAndGet(byMs);
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis.get());
  }
}
