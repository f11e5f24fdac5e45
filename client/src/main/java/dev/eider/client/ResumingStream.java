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
 * A stream that is opened again, further on, when it is lost: what every kind of subscription has
 * in common.
 *
 * <p>States: reading · waiting to resume · ended (well, by a failure that every later read repeats,
 * or by close). A few responses are buffered, never more, however slow the consumer.
 *
 * <p>Owned by one consuming thread, but for {@link #close} and {@link #isClosed}, which any thread
 * may call.
 *
 * @param <P> what a response says
 */
final class ResumingStream<P> {
  /** Long enough to stand for ever, short enough to be added to a clock. */
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
   * @param what what is read, for messages: "run x"
   * @param owner whose stream it is
   * @param open opens the stream where the consumer wants to go on
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
   * Reads on until the consumer has something. Blocks.
   *
   * @param isFilled says whether it has
   * @param accept takes what a response says
   * @return false when there was nothing in time, at the end, and after close
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
          throw failure.because("reading " + what + " failed");
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

  /** Takes note that nothing is missing any more: however the stream ends, it ends well. */
  void completed() {
    complete = true;
  }

  /** Ends reading; with a failure, every later read repeats it. */
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

  /** Drops the stream; a thread that waits returns at once. */
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

  /** Goes one response, one loss or one wait further. */
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
      // The channel has a backoff of its own, of up to two minutes; ours decides.
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
      // A connection that breaks after the last response has taken nothing away.
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
   * What a stream has from its client.
   *
   * @param onEnd told the owner once the stream has ended or was closed, perhaps twice
   */
  record Wiring(
      RetryState retry,
      long idleTimeoutNanos,
      ManagedChannel channel,
      LongSupplier nanoTime,
      Consumer<AutoCloseable> onEnd) {}
}
