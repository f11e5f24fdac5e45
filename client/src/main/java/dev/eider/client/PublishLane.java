package dev.eider.client;

import dev.eider.v1.Event;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One publisher's lane on the shared stream: guards its window by its own lock and applies answers
 * and lost streams to it.
 *
 * <p>The first failure that cannot be retried breaks the lane for good. An event is settled once
 * its future has completed; futures complete without the lock. Thread-safe.
 */
final class PublishLane {
  /** The result of {@link #answered} if the lane may send at once. */
  static final long NO_BACKOFF = -1;

  private final long id;
  private final String runId;
  private final PublishWindow window; // guarded by this
  private final PendingBudget budget;
  private final RetryState retry; // guarded by this
  private final LongSupplier nanoTime;
  private long settledProducerSeq; // guarded by this
  private long waitingSinceNanos; // guarded by this
  private boolean wakeRequested; // guarded by this
  private boolean lingering; // guarded by this
  private @Nullable EiderException failure; // guarded by this

  PublishLane(
      long id,
      String runId,
      PublishWindow window,
      PendingBudget budget,
      RetryState retry,
      LongSupplier nanoTime) {
    this.id = id;
    this.runId = runId;
    this.window = window;
    this.budget = budget;
    this.retry = retry;
    this.nanoTime = nanoTime;
  }

  long id() {
    return id;
  }

  String runId() {
    return runId;
  }

  /** Adds an event with room in the budget, or fails it; returns what is to be done next. */
  FollowUp add(Event event, long bytes, CompletableFuture<Long> ack) {
    EiderException cause;
    synchronized (this) {
      cause = failure;
      if (cause == null) {
        if (window.isEmpty()) {
          waitingSinceNanos = nanoTime.getAsLong();
        }
        window.add(event, bytes, ack);
        boolean linger = window.hasOpen() && !lingering;
        lingering |= linger;
        return new FollowUp(requestWake(), linger);
      }
    }
    budget.release(1, bytes);
    ack.completeExceptionally(brokenBy(cause));
    return FollowUp.NOTHING;
  }

  /** Seals the open batch at the end of its linger time; returns what {@link #seal} does. */
  synchronized boolean lingerIsOver() {
    lingering = false;
    return seal();
  }

  /** Seals the open batch, so that it can be sent; returns whether to wake the link. */
  synchronized boolean seal() {
    window.seal();
    return requestWake();
  }

  /** Returns the producer seq of the newest event. */
  synchronized long lastProducerSeq() {
    return window.lastProducerSeq();
  }

  /** Waits until the events up to a producer seq are settled; fails if they are not. Blocks. */
  synchronized void awaitSettled(long producerSeq, long timeoutNanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    long startNanos = nanoTime.getAsLong();
    while (settledProducerSeq < producerSeq) {
      long leftNanos = timeoutNanos - (nanoTime.getAsLong() - startNanos);
      if (leftNanos <= 0) {
        throw EiderException.local(
            Status.Code.DEADLINE_EXCEEDED,
            "run %s: %d events were not answered in time"
                .formatted(runId, producerSeq - settledProducerSeq));
      }
      TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
    }
    if (failure != null) {
      throw brokenBy(failure);
    }
  }

  /** Removes and returns the next request to send; null if there is none. */
  synchronized @Nullable PublishStreamRequest next() {
    boolean idle = window.hasNothingInFlight();
    PublishBatch batch = window.send();
    if (batch == null) {
      wakeRequested = false;
      return null;
    }
    if (idle) {
      waitingSinceNanos = nanoTime.getAsLong();
    }
    PublishRequestId requestId =
        new PublishRequestId(id, window.attempt(), batch.firstProducerSeq());
    return PublishStreamRequest.newBuilder()
        .setRequestId(requestId.text())
        .setPublish(batch.request())
        .build();
  }

  synchronized boolean hasSendable() {
    return window.hasSendable();
  }

  /**
   * Applies an answer, unless it is to an earlier attempt; returns how long the lane must back off
   * before it sends again, or {@link #NO_BACKOFF}.
   */
  long answered(PublishRequestId requestId, PublishStreamResponse response) {
    PublishBatch accepted = null;
    long backoffNanos = NO_BACKOFF;
    synchronized (this) {
      if (failure != null || requestId.attempt() != window.attempt()) {
        return NO_BACKOFF;
      }
      boolean first = window.isFirstSent(requestId.producerSeq());
      if (response.hasPublished() && first) {
        accepted = window.settleFirst();
        retry.succeeded();
        waitingSinceNanos = nanoTime.getAsLong();
      } else {
        backoffNanos = refused(refusalIn(response), first);
      }
    }
    if (accepted != null) {
      accepted.complete(response.getPublished());
      settle(List.of(accepted), accepted.lastProducerSeq());
    }
    failUnsettled();
    return backoffNanos;
  }

  /** Handles the loss of the stream: unanswered requests have to be sent again. */
  void lost(EiderException cause) {
    synchronized (this) {
      if (failure != null || window.isEmpty()) {
        return;
      }
      if (cause.isStreamLost()) {
        retryLater(cause);
      } else {
        failure = cause;
      }
    }
    failUnsettled();
  }

  /** Breaks the lane if it has been retrying for longer than the retry timeout. */
  void failIfTimedOut() {
    synchronized (this) {
      if (failure != null || window.isEmpty() || !retry.hasTimedOut(nanoTime.getAsLong())) {
        return;
      }
      failure = EiderException.local(Status.Code.UNAVAILABLE, "no connection to the daemon");
    }
    failUnsettled();
  }

  /** Returns whether an answer is overdue: nothing was settled for longer than this. */
  synchronized boolean isOverdue(long nanos) {
    return failure == null && !window.isEmpty() && nanoTime.getAsLong() - waitingSinceNanos > nanos;
  }

  /** Breaks the lane and fails its unsettled events. A broken lane keeps its first failure. */
  void fail(EiderException cause) {
    synchronized (this) {
      if (failure == null) {
        failure = cause;
      }
    }
    failUnsettled();
  }

  // --- decisions, under the lock

  private boolean requestWake() {
    if (wakeRequested || !window.hasSendable()) {
      return false;
    }
    wakeRequested = true;
    return true;
  }

  /**
   * Decides whether to retry a refused request: if the refusal is retriable, or if it is not that
   * of the oldest request. In the latter case an earlier answer is missing and may have caused the
   * refusal, so both requests are sent again.
   */
  private long refused(EiderException refusal, boolean first) {
    if (!first || refusal.isRetriable()) {
      return retryLater(refusal);
    }
    failure = refusal;
    return NO_BACKOFF;
  }

  private long retryLater(EiderException cause) {
    long nowNanos = nanoTime.getAsLong();
    window.rewind();
    waitingSinceNanos = nowNanos;
    long askedNanos = cause.retryDelay().map(Duration::toNanos).orElse(0L);
    long backoffNanos = retry.failed(nowNanos, askedNanos);
    if (backoffNanos == RetryState.GIVE_UP) {
      failure = cause;
      return NO_BACKOFF;
    }
    return backoffNanos;
  }

  private static EiderException refusalIn(PublishStreamResponse response) {
    return response.hasError()
        ? EiderException.of(response.getError())
        : EiderException.local(Status.Code.INTERNAL, "an answer came out of order");
  }

  // --- effects, without the lock

  private void failUnsettled() {
    EiderException cause;
    List<PublishBatch> left;
    synchronized (this) {
      if (failure == null) {
        return;
      }
      cause = failure;
      left = window.drain();
    }
    for (PublishBatch batch : left) {
      batch.fail(cause);
    }
    settle(left, Long.MAX_VALUE);
  }

  private void settle(List<PublishBatch> batches, long producerSeq) {
    for (PublishBatch batch : batches) {
      budget.release(batch.acks().size(), batch.bytes());
    }
    synchronized (this) {
      settledProducerSeq = Math.max(settledProducerSeq, producerSeq);
      notifyAll();
    }
  }

  private EiderException brokenBy(EiderException cause) {
    return cause.asCauseOf("the publisher of run " + runId + " is broken");
  }

  /** What the caller of {@link #add} must do: wake the link, schedule {@link #lingerIsOver}. */
  record FollowUp(boolean wake, boolean linger) {
    static final FollowUp NOTHING = new FollowUp(false, false);
  }
}
