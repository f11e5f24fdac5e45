package dev.eider.client;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is reopened where it stopped when the connection is lost; the common part of all
 * subscriptions.
 *
 * <p>States: reading · waiting to resume · ended (complete, closed, or by a failure that every
 * later read repeats). However slow the consumer, only a few responses are buffered.
 *
 * <p>Owned by one consuming thread, except {@link #close} and {@link #isClosed}, which any thread
 * may call.
 *
 * @param <P> the content of a response
 */
final class ResumingStream<P> {
  /** A practically endless timeout that can still be added to a clock without overflow. */
  static final long FOREVER_NANOS = Long.MAX_VALUE / 4;

  private final String what;
  private final AutoCloseable owner;
  private final Supplier<ResponseReader<?, ?, P>> open;
  private final Wiring wiring;
  private final CountDownLatch closed = new CountDownLatch(1);
  // Written by the consuming thread, read by close.
  private volatile @Nullable ResponseReader<?, ?, P> reader;
  private long lastResponseNanos;
  private long resumeAtNanos;
  private boolean complete;
  private boolean ended;
  private @Nullable EiderException failure;

  /**
   * @param what what is read, for messages, such as "run x"
   * @param owner the subscription that the stream belongs to
   * @param open opens the stream at the consumer's current position
   */
  ResumingStream(
      String what, AutoCloseable owner, Supplier<ResponseReader<?, ?, P>> open, Wiring wiring) {
    this.what = what;
    this.owner = owner;
    this.open = open;
    this.wiring = wiring;
    this.resumeAtNanos = wiring.nanoTime.getAsLong();
  }

  /**
   * Reads until the consumer has something to return. Blocks.
   *
   * @param isFilled whether the consumer has something
   * @param accept receives the content of each response
   * @return false if nothing came in time, at the end, and after close
   * @throws EiderException if the stream failed for good
   */
  boolean fill(long timeoutNanos, BooleanSupplier isFilled, Consumer<P> accept) {
    long startNanos = wiring.nanoTime.getAsLong();
    while (!isFilled.getAsBoolean()) {
      if (isClosed()) {
        return false;
      }
      if (ended) {
        if (failure != null) {
          throw failure.asCauseOf("reading " + what + " failed");
        }
        return false;
      }
      long leftNanos = timeoutNanos - (wiring.nanoTime.getAsLong() - startNanos);
      P part = step(Math.max(0, leftNanos));
      if (part != null) {
        accept.accept(part);
      }
      if (leftNanos <= 0 && !isFilled.getAsBoolean() && !ended) {
        return false;
      }
    }
    return !isClosed();
  }

  /** Marks the stream as complete: an error after this is not a failure. */
  void completed() {
    complete = true;
  }

  /** Ends the stream. If it ends with a failure, every later read throws it. */
  void finish(@Nullable EiderException cause) {
    ended = true;
    failure = cause;
    ResponseReader<?, ?, P> openReader = reader;
    reader = null;
    if (openReader != null && !openReader.hasEnded()) {
      openReader.cancel();
    }
    wiring.onEnd.accept(owner);
  }

  /** Cancels the stream; a waiting thread returns at once. */
  void close() {
    closed.countDown();
    ResponseReader<?, ?, P> openReader = reader;
    if (openReader != null) {
      openReader.cancel();
    }
    wiring.onEnd.accept(owner);
  }

  boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Handles one response, one lost stream or one wait. */
  private @Nullable P step(long leftNanos) {
    try {
      ResponseReader<?, ?, P> openReader = reader;
      if (openReader == null) {
        openReader = openAfterWait(leftNanos);
      }
      return openReader == null ? null : readFrom(openReader, leftNanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EiderException.local(Status.Code.CANCELLED, "interrupted while reading " + what);
    }
  }

  private @Nullable ResponseReader<?, ?, P> openAfterWait(long leftNanos)
      throws InterruptedException {
    long waitNanos = resumeAtNanos - wiring.nanoTime.getAsLong();
    if (waitNanos > 0) {
      closed.await(Math.min(waitNanos, leftNanos), TimeUnit.NANOSECONDS);
      if (waitNanos > leftNanos || isClosed()) {
        return null;
      }
    }
    if (wiring.retry.isFailing()) {
      // The channel's own backoff, of up to two minutes, must not delay ours.
      wiring.channel.resetConnectBackoff();
    }
    lastResponseNanos = wiring.nanoTime.getAsLong();
    ResponseReader<?, ?, P> opened = open.get();
    reader = opened;
    if (isClosed()) {
      opened.cancel();
    }
    return opened;
  }

  private @Nullable P readFrom(ResponseReader<?, ?, P> openReader, long leftNanos)
      throws InterruptedException {
    long idleLeftNanos = lastResponseNanos + wiring.idleTimeoutNanos - wiring.nanoTime.getAsLong();
    P part = openReader.read(Math.min(leftNanos, idleLeftNanos));
    if (part != null) {
      lastResponseNanos = wiring.nanoTime.getAsLong();
      wiring.retry.succeeded();
    } else if (openReader.hasEnded()) {
      EiderException cause = openReader.failure();
      // A connection that breaks after the last response has lost nothing.
      if (cause == null || complete) {
        finish(null);
      } else {
        lost(cause);
      }
    } else if (idleLeftNanos <= 0 && !isClosed()) {
      openReader.cancel();
      lost(EiderException.local(Status.Code.DEADLINE_EXCEEDED, "the stream has fallen silent"));
    }
    return part;
  }

  private void lost(EiderException cause) {
    reader = null;
    long nowNanos = wiring.nanoTime.getAsLong();
    long askedNanos = cause.retryDelay().map(Duration::toNanos).orElse(0L);
    long delayNanos =
        cause.isStreamLost() ? wiring.retry.failed(nowNanos, askedNanos) : RetryState.GIVE_UP;
    if (delayNanos == RetryState.GIVE_UP) {
      finish(cause);
    } else {
      resumeAtNanos = nowNanos + delayNanos;
    }
  }

  /**
   * What the client provides to a stream.
   *
   * @param onEnd receives the owner once the stream has ended or was closed, perhaps twice
   */
  record Wiring(
      RetryState retry,
      long idleTimeoutNanos,
      ManagedChannel channel,
      LongSupplier nanoTime,
      Consumer<AutoCloseable> onEnd) {}
}
