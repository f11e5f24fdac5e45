package dev.eider.bench.measure;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.bench.Latencies;
import dev.eider.bench.Pace;
import dev.eider.bench.Peer;
import dev.eider.bench.Rig;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sends one event after the other at a fixed rate, into one run, whether or not the ones before are
 * acknowledged, and remembers for each the moment at which it should have been sent. Used once.
 */
final class Offered {
  static final int PER_SECOND = 5000;

  /** What a second of standing still leaves unanswered, ten times. */
  private static final int IN_FLIGHT_MAX = 10 * PER_SECOND;

  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final Latencies acks = new Latencies();
  private final int run;
  private final int warmUpEvents;
  private final int events;
  private final AtomicLongArray momentOfSeq;

  /** Into run 0. */
  Offered(Rig rig) {
    this(0, rig);
  }

  /** Into a run that has no event yet. */
  Offered(int run, Rig rig) {
    this.run = run;
    warmUpEvents = (int) (rig.scale().warmUpNanos() / 1_000_000_000) * PER_SECOND;
    events = warmUpEvents + rig.scale().seconds() * PER_SECOND;
    momentOfSeq = new AtomicLongArray(events + 1);
  }

  /** Sends everything and waits for the last acknowledgement. */
  Latencies send(Peer.Publisher publisher, Rig rig) throws Exception {
    Semaphore slots = new Semaphore(IN_FLIGHT_MAX);
    Pace pace = new Pace(PER_SECOND);
    for (int seq = 1; seq <= events; seq++) {
      long moment = pace.next();
      momentOfSeq.set(seq, moment);
      take(slots, 1);
      boolean counts = isMeasured(seq);
      publisher
          .publish(run, rig.workload().batch(seq, 1))
          .whenComplete(
              (nothing, failed) -> {
                if (counts) {
                  acks.add(System.nanoTime() - moment);
                }
                if (failed != null) {
                  failure.compareAndSet(null, failed);
                }
                slots.release();
              });
    }
    take(slots, IN_FLIGHT_MAX);
    return acks;
  }

  private void take(Semaphore slots, int count) throws InterruptedException {
    if (!slots.tryAcquire(count, 60, SECONDS)) {
      throw new AssertionError("no acknowledgement in a minute");
    }
    if (failure.get() != null) {
      throw new AssertionError("an event was refused", failure.get());
    }
  }

  /** Whether an event came after the warm-up. */
  boolean isMeasured(long seq) {
    return seq > warmUpEvents;
  }

  /** When an event should have been sent. */
  long moment(long seq) {
    return momentOfSeq.get((int) seq);
  }

  int events() {
    return events;
  }
}
