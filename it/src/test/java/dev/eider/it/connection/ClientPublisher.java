package dev.eider.it.connection;

import dev.eider.it.testkit.History;
import dev.eider.it.testkit.Request;
import dev.eider.it.testkit.workload.Plays;
import dev.eider.v1.Event;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Publishes to a run with the Java client, at most about a thousand events a second, until it is
 * stopped, and records it. What is lost on the way is the client's to repeat: each event must be
 * acknowledged in the end.
 *
 * <p>Publishes on a thread of its own; the methods may be called from any.
 */
final class ClientPublisher {
  private static final int TEXT_CHARS_MAX = 100;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final History history;
  private final String runId;
  private final Function<Event, CompletableFuture<Long>> publish;
  private final AtomicLong acked = new AtomicLong();
  private final CompletableFuture<Long> done = new CompletableFuture<>();
  private volatile boolean stopped;

  private ClientPublisher(
      History history, String runId, Function<Event, CompletableFuture<Long>> publish) {
    this.history = history;
    this.runId = runId;
    this.publish = publish;
  }

  /** Begins to publish to where the function does. */
  static ClientPublisher start(
      History history, String runId, Function<Event, CompletableFuture<Long>> publish) {
    ClientPublisher publisher = new ClientPublisher(history, runId, publish);
    FaultyNetwork.start("publisher-" + runId, publisher::publishAll);
    return publisher;
  }

  private void publishAll() {
    CompletableFuture<?> all = CompletableFuture.completedFuture(0L);
    try {
      long number = 0;
      while (!stopped && !all.isCompletedExceptionally()) {
        number++;
        all = all.thenCombine(publishOne(runId + "/" + number), (before, now) -> 0L);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      long last = number;
      all.thenRun(() -> done.complete(last)).exceptionally(this::failed);
    } catch (RuntimeException broken) {
      failed(broken);
    }
  }

  private CompletableFuture<?> publishOne(String id) {
    Request request = history.send(runId, List.of(id));
    return publish
        .apply(Plays.event("ada", id, TEXT_CHARS_MAX))
        .thenAccept(
            seq -> {
              request.acked(seq);
              acked.incrementAndGet();
            });
  }

  private Void failed(Throwable broken) {
    done.completeExceptionally(broken);
    return null;
  }

  String runId() {
    return runId;
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
}
