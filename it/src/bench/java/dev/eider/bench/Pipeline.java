package dev.eider.bench;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.bench.Peer.Pipelining;
import dev.eider.bench.Peer.Publisher;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Publishes batches, run after run in turn, with as many under way as the store likes best. Used by
 * one thread; acknowledgements come on others.
 */
public final class Pipeline {
  private static final long ACK_SECONDS = 60;

  private final Publisher publisher;
  private final Pipelining pipelining;
  private final Workload workload;
  private final int runs;
  private final Semaphore slots;
  private final Stalls stalls = new Stalls();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private long batches;
  private long sent;

  public Pipeline(Publisher publisher, Pipelining pipelining, Workload workload, int runs) {
    this.publisher = publisher;
    this.pipelining = pipelining;
    this.workload = workload;
    this.runs = runs;
    this.slots = new Semaphore(pipelining.batchesInFlight());
  }

  /** Publishes for so long, waits for the last acknowledgement, and tells what that made. */
  public Outcome during(long nanos) throws Exception {
    return burst(nanos, Long.MAX_VALUE);
  }

  /** Publishes for so long, or about so many events, whichever is less. */
  public Outcome burst(long nanos, long eventsMax) throws Exception {
    long begun = System.nanoTime();
    long before = sent;
    stalls.begin(begun);
    while (System.nanoTime() - begun < nanos && sent - before < eventsMax) {
      send(pipelining.batchEvents());
    }
    return outcome(begun, before);
  }

  /** Publishes so many events, and waits for the last acknowledgement. */
  public Outcome count(long events) throws Exception {
    long begun = System.nanoTime();
    long before = sent;
    stalls.begin(begun);
    while (sent - before < events) {
      send((int) Math.min(pipelining.batchEvents(), events - (sent - before)));
    }
    return outcome(begun, before);
  }

  private void send(int count) throws Exception {
    takeSlots(1);
    List<BenchEvent> batch = workload.batch(sent, count);
    publisher.publish((int) (batches++ % runs), batch).whenComplete(this::acknowledged);
    sent += count;
  }

  private void takeSlots(int count) throws Exception {
    if (!slots.tryAcquire(count, ACK_SECONDS, SECONDS)) {
      throw new AssertionError("no acknowledgement in " + ACK_SECONDS + " s");
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new AssertionError("a batch was refused", failed);
    }
  }

  private void acknowledged(Void nothing, Throwable failed) {
    if (failed != null) {
      failure.compareAndSet(null, failed);
    }
    stalls.acknowledged(System.nanoTime());
    slots.release();
  }

  private Outcome outcome(long begun, long before) throws Exception {
    takeSlots(pipelining.batchesInFlight());
    slots.release(pipelining.batchesInFlight());
    return new Outcome(sent - before, System.nanoTime() - begun, stalls.longestNanos());
  }

  /**
   * What came of it.
   *
   * @param stallNanos the longest time without an acknowledgement
   */
  public record Outcome(long events, long nanos, long stallNanos) {
    public double eventsPerSecond() {
      return events * 1e9 / nanos;
    }
  }
}
