package dev.eider.client;

import dev.eider.v1.Event;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One publisher's place on the shared stream: its window under a lock, and what an answer or the
 * loss of the stream does to it.
 *
 * <p>It is sound, or broken for good by the first failure that a retry cannot mend. Futures are
 * completed without the lock, before the events count as settled. Thread-safe.
 */
final class PublishLane {
  /** Is what {@link #answered} returns when the lane need not rest. */
  static final long NO_REST = -1;

  private final long id;
  private final String runId;
  private final PublishWindow window; // guarded by lock
  private final PendingBudget budget;
  private final RetryState retry; // guarded by lock
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition settled = lock.newCondition();
  private long settledProducerSeq; // guarded by lock
  private long waitingSinceNanos; // guarded by lock
  private boolean wakeRequested; // guarded by lock
  private boolean lingering; // guarded by lock
  private @Nullable EiderException failure; // guarded by lock

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

  /**
   * Takes an event, for which there is room in the budget; a broken lane fails it.
   *
   * @return what the caller owes: to wake the link, to schedule the linger, or nothing
   */
  Owed add(Event event, long bytes, CompletableFuture<Long> ack) {
    EiderException broken;
    lock.lock();
    try {
      broken = failure;
      if (broken == null) {
        if (window.isEmpty()) {
          waitingSinceNanos = nanoTime.getAsLong();
        }
        window.add(event, bytes, ack);
        boolean linger = window.hasOpen() && !lingering;
        lingering |= linger;
        return new Owed(requestWake(), linger);
      }
    } finally {
      lock.unlock();
    }
    budget.give(1, bytes);
    ack.completeExceptionally(brokenBecause(broken));
    return Owed.NOTHING;
  }

  /** Like {@link #seal}, when the linger time is over. */
  boolean lingerIsOver() {
    lock.lock();
    try {
      lingering = false;
    } finally {
      lock.unlock();
    }
    return seal();
  }

  /**
   * Makes everything taken so far ready to be sent.
   *
   * @return whether the caller must wake the link
   */
  boolean seal() {
    lock.lock();
    try {
      window.seal();
      return requestWake();
    } finally {
      lock.unlock();
    }
  }

  /** The producer's number of the newest event. */
  long lastProducerSeq() {
    lock.lock();
    try {
      return window.lastProducerSeq();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the events up to this one are settled; blocks.
   *
   * @throws EiderException if the lane is broken or the time passes
   */
  void awaitSettled(long producerSeq, long timeoutNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long leftNanos = timeoutNanos;
      while (settledProducerSeq < producerSeq) {
        if (leftNanos <= 0) {
          throw EiderException.local(
              Status.Code.DEADLINE_EXCEEDED,
              "run %s: %d events were not answered in time"
                  .formatted(runId, producerSeq - settledProducerSeq));
        }
        leftNanos = settled.awaitNanos(leftNanos);
      }
      if (failure != null) {
        throw brokenBecause(failure);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The next request to send, which counts as sent from now on; null when there is none. */
  @Nullable PublishStreamRequest next() {
    lock.lock();
    try {
      boolean idle = window.sentNothing();
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
    } finally {
      lock.unlock();
    }
  }

  boolean hasSendable() {
    lock.lock();
    try {
      return window.hasSendable();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes an answer; one of an earlier attempt is ignored, since its request was sent again.
   *
   * @return how long the lane must rest before it sends again, or {@link #NO_REST}
   */
  long answered(PublishRequestId requestId, PublishStreamResponse response) {
    PublishBatch accepted = null;
    long restNanos = NO_REST;
    lock.lock();
    try {
      if (failure != null || requestId.attempt() != window.attempt()) {
        return NO_REST;
      }
      boolean first = window.isFirstSent(requestId.producerSeq());
      if (response.hasPublished() && first) {
        accepted = window.settleFirst();
        retry.succeeded();
        waitingSinceNanos = nanoTime.getAsLong();
      } else {
        restNanos = refused(refusalIn(response), first);
      }
    } finally {
      lock.unlock();
    }
    if (accepted != null) {
      accepted.complete(response.getPublished());
      settle(List.of(accepted), accepted.lastProducerSeq());
    }
    failWhatIsLeft();
    return restNanos;
  }

  /** Takes the loss of the stream: what was sent has to be sent again. */
  void lost(EiderException cause) {
    lock.lock();
    try {
      if (failure != null || window.isEmpty()) {
        return;
      }
      if (cause.isStreamLost()) {
        retryLater(cause);
      } else {
        failure = cause;
      }
    } finally {
      lock.unlock();
    }
    failWhatIsLeft();
  }

  /** Breaks the lane when it has been retrying for too long. */
  void giveUpWhenOver() {
    lock.lock();
    try {
      if (failure != null || window.isEmpty() || !retry.isOver(nanoTime.getAsLong())) {
        return;
      }
      failure = EiderException.local(Status.Code.UNAVAILABLE, "no connection to the daemon");
    } finally {
      lock.unlock();
    }
    failWhatIsLeft();
  }

  /** Says whether something has waited for an answer for longer than this. */
  boolean isStuck(long nanos) {
    lock.lock();
    try {
      return failure == null
          && !window.isEmpty()
          && nanoTime.getAsLong() - waitingSinceNanos > nanos;
    } finally {
      lock.unlock();
    }
  }

  /** Breaks the lane; what is not settled fails. A broken one stays as it is. */
  void fail(EiderException cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
      }
    } finally {
      lock.unlock();
    }
    failWhatIsLeft();
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
   * A refusal is retried when it may pass, or when it is not the first request's: then an earlier
   * answer is missing, the refusal may be its consequence, and both are asked for again.
   */
  private long refused(EiderException refusal, boolean first) {
    if (!first || refusal.isRetriable()) {
      return retryLater(refusal);
    }
    failure = refusal;
    return NO_REST;
  }

  private long retryLater(EiderException cause) {
    long nowNanos = nanoTime.getAsLong();
    window.rewind();
    waitingSinceNanos = nowNanos;
    long askedNanos = cause.retryDelay().map(Duration::toNanos).orElse(0L);
    long restNanos = retry.failed(nowNanos, askedNanos);
    if (restNanos == RetryState.GIVE_UP) {
      failure = cause;
      return NO_REST;
    }
    return restNanos;
  }

  private static EiderException refusalIn(PublishStreamResponse response) {
    return response.hasError()
        ? EiderException.of(response.getError())
        : EiderException.local(Status.Code.INTERNAL, "an answer came out of order");
  }

  // --- effects, without the lock

  private void failWhatIsLeft() {
    EiderException cause;
    List<PublishBatch> left;
    lock.lock();
    try {
      if (failure == null) {
        return;
      }
      cause = failure;
      left = window.drain();
    } finally {
      lock.unlock();
    }
    for (PublishBatch batch : left) {
      batch.fail(cause);
    }
    settle(left, Long.MAX_VALUE);
  }

  private void settle(List<PublishBatch> batches, long producerSeq) {
    for (PublishBatch batch : batches) {
      budget.give(batch.acks().size(), batch.bytes());
    }
    lock.lock();
    try {
      settledProducerSeq = Math.max(settledProducerSeq, producerSeq);
      settled.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private EiderException brokenBecause(EiderException cause) {
    return cause.because("the publisher of run " + runId + " is broken");
  }

  /**
   * What the caller of {@link #add} must do.
   *
   * @param wake to wake the link
   * @param linger to seal the open batch after the linger time
   */
  record Owed(boolean wake, boolean linger) {
    static final Owed NOTHING = new Owed(false, false);
  }
}
