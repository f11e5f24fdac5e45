package dev.eider.bench;

import java.util.concurrent.locks.LockSupport;

/**
 * The moments at which events of a fixed rate should be sent. Who is late, is not given a later
 * moment: the times count from what was intended, so that a stall counts for every event it delays.
 * Owned by one thread.
 */
public final class Pace {
  private static final long SPIN_NANOS = 60_000;

  private final long begunNanos;
  private final double intervalNanos;
  private long sent;

  public Pace(double perSecond) {
    this.begunNanos = System.nanoTime();
    this.intervalNanos = 1e9 / perSecond;
  }

  /** Waits for the next moment, if it is not past, and returns it. */
  public long next() {
    long moment = begunNanos + (long) (sent++ * intervalNanos);
    for (long left = moment - System.nanoTime(); left > 0; left = moment - System.nanoTime()) {
      if (left > SPIN_NANOS) {
        LockSupport.parkNanos(left - SPIN_NANOS);
      } else {
        Thread.onSpinWait();
      }
    }
    return moment;
  }
}
