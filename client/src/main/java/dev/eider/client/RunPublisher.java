package dev.eider.client;

import dev.eider.v1.Event;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Publishes events to one run, in the order given, each stored once.
 *
 * <p>Events are batched and pipelined. Events that are lost on the way or refused temporarily are
 * sent again until the retry timeout. A refusal that is not retriable breaks the publisher: the
 * refused events and all later ones fail.
 *
 * <p>Futures complete on the client's worker thread, which a callback must not block ({@code
 * thenApplyAsync} may block). If this process crashes, events whose futures have not completed may
 * be lost; a publisher with the same producer name and a higher epoch may then go on.
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
   * Publishes an event. Blocks while too many events are pending, for at most {@code blockTimeout}.
   *
   * @return a future that completes with the event's seq once it is durable (0 for a repeat so old
   *     that the daemon no longer knows the seq), or with an {@link EiderException} if the
   *     publisher is broken
   * @throws EiderException DEADLINE_EXCEEDED if there was no room in time; the event is then not
   *     published
   * @throws IllegalStateException after close
   */
  public CompletableFuture<Long> publish(Event event) {
    requireOpen();
    long bytes = event.getSerializedSize();
    takeRoom(bytes);
    CompletableFuture<Long> ack = new CompletableFuture<>();
    PublishLane.FollowUp followUp = lane.add(event, bytes, ack);
    if (followUp.wake()) {
      link.wake(lane);
    }
    if (followUp.linger()) {
      worker.schedule(this::lingerIsOver, TimeUnit.MILLISECONDS.toNanos(config.lingerMs()));
    }
    return ack;
  }

  /**
   * Sends all pending events and waits until they are settled. Blocks for at most the retry timeout
   * plus the client's call deadline.
   *
   * @throws EiderException if the publisher is broken, or at the timeout
   */
  public void flush() {
    awaitSettled(requestFlush());
  }

  /**
   * Flushes, then refuses further events. The run stays open.
   *
   * @throws EiderException as {@link #flush} does; the publisher is closed all the same, and
   *     unsettled events fail
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    worker.requireOtherThread("close");
    closed = true;
    try {
      flush();
    } finally {
      detach();
    }
  }

  /** Starts sending all pending events; returns the producer seq of the newest one. */
  long requestFlush() {
    if (lane.seal()) {
      link.wake(lane);
    }
    return lane.lastProducerSeq();
  }

  /** Waits until all events up to this producer seq are settled, as {@link #flush} does. */
  void awaitSettled(long producerSeq) {
    worker.requireOtherThread("flush");
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
      if (budget.acquire(bytes, 0)) {
        return;
      }
      worker.requireOtherThread("publish");
      if (!budget.acquire(bytes, config.blockTimeout().toNanos())) {
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
