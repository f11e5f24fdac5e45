package dev.eider.it.connection;

import dev.eider.it.Events;
import dev.eider.v1.Event;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Publishes metrics with the numbers 1, 2, 3 of one producer with the Java client, at most about a
 * thousand a second, until it is stopped. What is lost on the way is the client's to repeat: each
 * event must be acknowledged in the end.
 *
 * <p>Publishes on a thread of its own; the methods may be called from any.
 */
final class NumberedPublisher {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final String producer;
  private final Function<Event, CompletableFuture<Long>> publish;
  private final TreeMap<Long, Long> seqByNumber = new TreeMap<>();
  private final AtomicLong acked = new AtomicLong();
  private final CompletableFuture<Long> done = new CompletableFuture<>();
  private volatile CompletableFuture<?> all = CompletableFuture.completedFuture(0L);
  private volatile boolean stopped;

  private NumberedPublisher(String producer, Function<Event, CompletableFuture<Long>> publish) {
    this.producer = producer;
    this.publish = publish;
  }

  /** Begins to publish to where the function does. */
  static NumberedPublisher start(
      String producer, Function<Event, CompletableFuture<Long>> publish) {
    NumberedPublisher publisher = new NumberedPublisher(producer, publish);
    FaultyNetwork.start("publisher-" + producer, publisher::publishAll);
    return publisher;
  }

  private void publishAll() {
    try {
      long number = 0;
      while (!stopped) {
        number++;
        publishOne(number);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      long last = number;
      all.thenRun(() -> done.complete(last)).exceptionally(this::failed);
    } catch (RuntimeException broken) {
      failed(broken);
    }
  }

  private void publishOne(long number) {
    CompletableFuture<Long> ack = publish.apply(Events.metric(producer, 0, producer, number));
    CompletableFuture<?> counted = ack.thenAccept(seq -> record(number, seq));
    all = all.thenCombine(counted, (before, now) -> 0L);
    if (all.isCompletedExceptionally()) {
      all.join();
    }
  }

  private synchronized void record(long number, long seq) {
    seqByNumber.put(number, seq);
    acked.incrementAndGet();
  }

  private Void failed(Throwable broken) {
    done.completeExceptionally(broken);
    return null;
  }

  String producer() {
    return producer;
  }

  long ackCount() {
    return acked.get();
  }

  boolean hasFailed() {
    return done.isCompletedExceptionally();
  }

  void stop() {
    stopped = true;
  }

  /** Waits until everything is acknowledged; returns how many events that is. */
  long awaitAcks(Duration atMost) {
    return done.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  /** The seq that was acknowledged for each event, by the event's number. */
  synchronized Map<Long, Long> acks() {
    return new TreeMap<>(seqByNumber);
  }
}
