package dev.eider.server.base;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A bound on how many of something there are at a time. Thread-safe. */
public final class Places {
  private final int max;
  private final String what;
  private final AtomicInteger taken = new AtomicInteger();

  /** Bounds {@code what}, in the plural, for the refusal. */
  public Places(int max, String what) {
    this.max = max;
    this.what = what;
  }

  /** Returns how many are taken. */
  public int taken() {
    return taken.get();
  }

  /** Takes a place and returns what gives it back; throws OVERLOADED if there is none. */
  public Registration take() {
    if (taken.incrementAndGet() > max) {
      taken.decrementAndGet();
      throw BrokerException.overloaded("the daemon has its limit of " + max + " " + what, max);
    }
    AtomicBoolean isTaken = new AtomicBoolean(true);
    return () -> {
      if (isTaken.getAndSet(false)) {
        taken.decrementAndGet();
      }
    };
  }
}
