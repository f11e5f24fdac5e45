package dev.eider.client;

import dev.eider.v1.Event;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Publishes events to one run, in the order in which they are given, each stored once.
 *
 * <p>Events are batched and pipelined; whatever is lost on the way or refused for the moment is
 * sent again until the retry timeout. A refusal that no retry can mend breaks the publisher: the
 * events from there on fail, and so does every later one.
 *
 * <p>Futures complete on the client's worker thread: a callback must not block it ({@code
 * thenApplyAsync} may). A crash of this process loses the events whose future has not completed, or
 * not all of them; a publisher with a named producer and a higher epoch may publish after it.
 *
 * <p>Thread-safe.
 */
public final class RunPublisher implements AutoCloseable {
  private final PublishLane lane;
  private final PublishLink link;
  private final ClientWorker worker;
  private final PendingBudget budget;
  private final PublisherConfig config;
  private final Duration flushTimeout;
  // Written by close, read by publish.
  private volatile boolean closed;

  RunPublisher(
      PublishLane lane,
      PublishLink link,
      ClientWorker worker,
      PendingBudget budget,
      PublisherConfig config,
      Duration flushTimeout) {
    this.lane = lane;
    this.link = link;
    this.worker = worker;
    this.budget = budget;
    this.config = config;
    this.flushTimeout = flushTimeout;
    link.register(lane);
  }

  public String runId() {
    return lane.runId();
  }

  /**
   * Takes an event. Blocks while too many await their answer, for at most {@code blockTimeout}.
   *
   * @return completes with the event's seq once it is durable (0 when it was a repeat so old that
   *     the daemon no longer knows the seq), or with an {@link EiderException} when the publisher
   *     is broken
   * @throws EiderException DEADLINE_EXCEEDED when there was no room in time; the event was not
   *     taken
   * @throws IllegalStateException after close
   */
  public CompletableFuture<Long> publish(Event event) {
    requireOpen();
    long bytes = event.getSerializedSize();
    takeRoom(bytes);
    CompletableFuture<Long> ack = new CompletableFuture<>();
    PublishLane.Owed owed = lane.add(event, bytes, ack);
    if (owed.wake()) {
      link.wake(lane);
    }
    if (owed.linger()) {
      worker.schedule(this::lingerIsOver, TimeUnit.MILLISECONDS.toNanos(config.lingerMs()));
    }
    return ack;
  }

  /**
   * Sends what is there and waits until everything published before is settled. Blocks, for at most
   * the retry timeout plus the client's call deadline.
   *
   * @throws EiderException if the publisher is broken, or when the time passes
   */
  public void flush() {
    awaitSettled(requestFlush());
  }

  /**
   * Flushes, then refuses further events. The run stays open.
   *
   * @throws EiderException as {@link #flush} does; it is closed all the same, and what is not
   *     settled fails
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    worker.requireOther("close");
    closed = true;
    try {
      flush();
    } finally {
      detach();
    }
  }

  /** Sends what is there; returns the producer's number of the newest event. */
  long requestFlush() {
    if (lane.seal()) {
      link.wake(lane);
    }
    return lane.lastProducerSeq();
  }

  /** Waits until the events up to this one are settled, as {@link #flush} does. */
  void awaitSettled(long producerSeq) {
    worker.requireOther("flush");
    try {
      lane.awaitSettled(producerSeq, flushTimeout.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EiderException.local(Status.Code.CANCELLED, "interrupted while flushing");
    }
  }

  private void detach() {
    lane.fail(EiderException.local(Status.Code.CANCELLED, "the publisher was closed"));
    link.unregister(lane);
  }

  private void lingerIsOver() {
    if (lane.lingerIsOver()) {
      link.wake(lane);
    }
  }

  private void takeRoom(long bytes) {
    try {
      if (budget.take(bytes, 0)) {
        return;
      }
      worker.requireOther("publish");
      if (!budget.take(bytes, config.blockTimeout().toNanos())) {
        throw EiderException.local(
            Status.Code.DEADLINE_EXCEEDED, "run %s: %s".formatted(lane.runId(), budget.describe()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EiderException.local(Status.Code.CANCELLED, "interrupted while waiting for room");
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the publisher of run " + lane.runId() + " is closed");
    }
  }
}
