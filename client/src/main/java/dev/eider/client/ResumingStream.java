package dev.eider.client;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is reopened where it stopped when the connection is lost; the common part of all
 * subscriptions.
 *
 * <p>States: reading · waiting to resume · ended (complete, closed, or by a failure that every
 * later read repeats). However slow the consumer, only a few responses are buffered.
 *
 * <p>Owned by one consuming thread, except {@link #close}, which any thread may call.
 *
 * @param <P> the content of a response
 * @param <E> what is read, one at a time
 */
abstract class ResumingStream<P, E> implements Iterator<E>, AutoCloseable {
  /** A practically endless timeout that can still be added to a clock without overflow. */
  private static final long FOREVER_NANOS = Long.MAX_VALUE / 4;

  private final String what;
  private final String atEnd;
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
   */
  ResumingStream(String what, String atEnd, Wiring wiring) {
    this.what = what;
    this.atEnd = atEnd;
    this.wiring = wiring;
    this.resumeAtNanos = wiring.nanoTime.getAsLong();
  }

  /** Opens the stream at the consumer's current position. */
  abstract ResponseReader<?, ?, P> open();

  /** Takes the content of a response. */
  abstract void accept(P part);

  /** Returns whether there is something to return. */
  abstract boolean isFilled();

  /** Returns it. */
  abstract E take();

  /**
   * Blocks until there is one more or the stream has ended. While nothing is published, that may
   * take forever.
   *
   * @return false at the end, and after close
   * @throws EiderException if the stream failed for good
   */
  @Override
  public final boolean hasNext() {
    return fill(FOREVER_NANOS);
  }

  /** Returns the next one; blocks as {@link #hasNext} does. */
  @Override
  public final E next() {
    if (!hasNext()) {
      throw new NoSuchElementException(atEnd);
    }
    return take();
  }

  /**
   * Waits for the next one, for at most the given time.
   *
   * @return null if there was none in time, at the end, and after close
   * @throws EiderException if the stream failed for good
   */
  public final @Nullable E poll(Duration timeout) {
    return fill(timeout.toNanos()) ? take() : null;
  }

  /** Cancels the stream; a thread that waits for more returns at once. */
  @Override
  public final void close() {
    closed.countDown();
    ResponseReader<?, ?, P> openReader = reader;
    if (openReader != null) {
      openReader.cancel();
    }
    wiring.onEnd.accept(this);
  }

  private boolean fill(long timeoutNanos) {
    long startNanos = wiring.nanoTime.getAsLong();
    while (!isFilled()) {
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
        accept(part);
      }
      if (leftNanos <= 0 && !isFilled() && !ended) {
        return false;
      }
    }
    return !isClosed();
  }

  /** Marks the stream as complete: an error after this is not a failure. */
  final void completed() {
    complete = true;
  }

  /** Ends the stream. If it ends with a failure, every later read throws it. */
  final void finish(@Nullable EiderException cause) {
    ended = true;
    failure = cause;
    ResponseReader<?, ?, P> openReader = reader;
    reader = null;
    if (openReader != null && !openReader.hasEnded()) {
      openReader.cancel();
    }
    wiring.onEnd.accept(this);
  }

  private boolean isClosed() {
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
    ResponseReader<?, ?, P> opened = open();
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

  /** What the client provides; {@code onEnd} gets a stream that has ended, perhaps twice. */
  record Wiring(
      RetryState retry,
      long idleTimeoutNanos,
      ManagedChannel channel,
      LongSupplier nanoTime,
      Consumer<AutoCloseable> onEnd) {}
}
