package dev.eider.client;

import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.SubscribeResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a run's events in seq order, each once: a Subscribe goes on until the run is closed, a
 * ColdStream until the end of what DuckDB holds.
 *
 * <p>When the connection is lost or the daemon stops, the next call resumes after what was seen,
 * with a backoff, until the resume timeout has passed without success. A stream that says nothing,
 * not even a heartbeat, for the idle timeout counts as lost. Without a filter the seqs are checked:
 * each is its predecessor plus one, or reading fails with DATA_LOSS. With {@code include_inherited}
 * the ancestors' events come first, with their own run ids and seqs.
 *
 * <p>States: reading · waiting to resume · ended (well, by a failure that every later call repeats,
 * or by close). A few responses are buffered, never more, however slow the consumer.
 *
 * <p>Owned by one consuming thread, but for {@link #close}, which any thread may call.
 */
public final class RunSubscription implements Iterator<EventEnvelope>, AutoCloseable {
  /** Long enough to stand for ever, short enough to be added to a clock. */
  private static final long FOREVER_NANOS = Long.MAX_VALUE / 4;

  private final StreamSource source;
  private final ReadCursor cursor;
  private final RetryState retry;
  private final long idleTimeoutNanos;
  private final ManagedChannel channel;
  private final LongSupplier nanoTime;
  private final Consumer<RunSubscription> onEnd;
  private final CountDownLatch closed = new CountDownLatch(1);
  // Written by the consuming thread, read by close.
  private volatile @Nullable ResponseReader<?, ?> reader;
  private Iterator<EventEnvelope> batch = Collections.emptyIterator();
  private long lastResponseNanos;
  private long resumeAtNanos;
  private boolean ended;
  private @Nullable EiderException failure;
  private SubscribeResponse.@Nullable RunClosed runClosed;
  private ColdStreamResponse.@Nullable ColdEnd end;

  RunSubscription(
      StreamSource source,
      RetryState retry,
      long idleTimeoutNanos,
      ManagedChannel channel,
      LongSupplier nanoTime,
      Consumer<RunSubscription> onEnd) {
    this.source = source;
    this.cursor = new ReadCursor(source);
    this.retry = retry;
    this.idleTimeoutNanos = idleTimeoutNanos;
    this.channel = channel;
    this.nanoTime = nanoTime;
    this.onEnd = onEnd;
    this.resumeAtNanos = nanoTime.getAsLong();
  }

  /**
   * Blocks until there is an event or the stream has ended; while the run is idle that may take as
   * long as the daemon lives.
   *
   * @return false at the end, and after close
   * @throws EiderException if the stream failed for good
   */
  @Override
  public boolean hasNext() {
    return fill(FOREVER_NANOS);
  }

  /** The next event; blocks as {@link #hasNext} does. */
  @Override
  public EventEnvelope next() {
    if (!hasNext()) {
      throw new NoSuchElementException("run " + source.runId() + " has been read to its end");
    }
    return take();
  }

  /**
   * Waits for the next event, for at most this long.
   *
   * @return null when there was none in time, at the end, and after close
   * @throws EiderException if the stream failed for good
   */
  public @Nullable EventEnvelope poll(Duration timeout) {
    return fill(timeout.toNanos()) ? take() : null;
  }

  /** How the run ended; empty before the end of a Subscribe, and for a ColdStream. */
  public Optional<SubscribeResponse.RunClosed> runClosed() {
    return Optional.ofNullable(runClosed);
  }

  /** What was read; empty before the end of a ColdStream, and for a Subscribe. */
  public Optional<ColdStreamResponse.ColdEnd> end() {
    return Optional.ofNullable(end);
  }

  /** Drops the stream; a thread that waits for an event returns at once. */
  @Override
  public void close() {
    closed.countDown();
    ResponseReader<?, ?> open = reader;
    if (open != null) {
      open.cancel();
    }
    onEnd.accept(this);
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  /**
   * An event is checked as it is handed out, so that what came before a violation is still read.
   */
  private EventEnvelope take() {
    EventEnvelope envelope = batch.next();
    try {
      cursor.accept(envelope);
    } catch (EiderException e) {
      batch = Collections.emptyIterator();
      finish(e);
      throw e;
    }
    return envelope;
  }

  private boolean fill(long timeoutNanos) {
    long startNanos = nanoTime.getAsLong();
    while (!batch.hasNext()) {
      if (isClosed()) {
        return false;
      }
      if (ended) {
        if (failure != null) {
          throw failure.because("reading run " + source.runId() + " failed");
        }
        return false;
      }
      long leftNanos = timeoutNanos - (nanoTime.getAsLong() - startNanos);
      step(Math.max(0, leftNanos));
      if (leftNanos <= 0 && !batch.hasNext() && !ended) {
        return false;
      }
    }
    return !isClosed();
  }

  /** Goes one response, one loss or one wait further. */
  private void step(long leftNanos) {
    try {
      ResponseReader<?, ?> open = reader;
      if (open == null) {
        open = openAfterWait(leftNanos);
      }
      if (open != null) {
        readFrom(open, leftNanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EiderException.local(
          Status.Code.CANCELLED, "interrupted while reading run " + source.runId());
    }
  }

  private @Nullable ResponseReader<?, ?> openAfterWait(long leftNanos) throws InterruptedException {
    long waitNanos = resumeAtNanos - nanoTime.getAsLong();
    if (waitNanos > 0) {
      closed.await(Math.min(waitNanos, leftNanos), TimeUnit.NANOSECONDS);
      if (waitNanos > leftNanos || isClosed()) {
        return null;
      }
    }
    if (retry.isFailing()) {
      // The channel has a backoff of its own, of up to two minutes; ours decides.
      channel.resetConnectBackoff();
    }
    lastResponseNanos = nanoTime.getAsLong();
    ResponseReader<?, ?> opened = source.open().apply(cursor.resumeAfter());
    reader = opened;
    if (isClosed()) {
      opened.cancel();
    }
    return opened;
  }

  private void readFrom(ResponseReader<?, ?> open, long leftNanos) throws InterruptedException {
    long idleLeftNanos = lastResponseNanos + idleTimeoutNanos - nanoTime.getAsLong();
    StreamPart part = open.read(Math.min(leftNanos, idleLeftNanos));
    if (part != null) {
      lastResponseNanos = nanoTime.getAsLong();
      retry.succeeded();
      accept(part);
    } else if (open.hasEnded()) {
      EiderException cause = open.failure();
      // A connection that breaks after the last response has taken nothing away.
      if (cause == null || runClosed != null || end != null) {
        finish(null);
      } else {
        lost(cause);
      }
    } else if (idleLeftNanos <= 0 && !isClosed()) {
      open.cancel();
      lost(EiderException.local(Status.Code.DEADLINE_EXCEEDED, "the stream has fallen silent"));
    }
  }

  private void accept(StreamPart part) {
    batch = part.events().iterator();
    if (part.scannedSeq() > 0) {
      cursor.scanned(part.scannedRunId(), part.scannedSeq());
    }
    runClosed = part.runClosed() == null ? runClosed : part.runClosed();
    end = part.end() == null ? end : part.end();
    if (part.runClosed() != null) {
      try {
        cursor.closedAt(part.runClosed().getFinalSeq());
      } catch (EiderException e) {
        finish(e);
      }
    }
  }

  private void lost(EiderException cause) {
    reader = null;
    long nowNanos = nanoTime.getAsLong();
    long askedNanos = cause.retryDelay().map(Duration::toNanos).orElse(0L);
    long delayNanos =
        cause.isStreamLost() ? retry.failed(nowNanos, askedNanos) : RetryState.GIVE_UP;
    if (delayNanos == RetryState.GIVE_UP) {
      finish(cause);
    } else {
      resumeAtNanos = nowNanos + delayNanos;
    }
  }

  private void finish(@Nullable EiderException cause) {
    ended = true;
    failure = cause;
    ResponseReader<?, ?> open = reader;
    reader = null;
    if (open != null && !open.hasEnded()) {
      open.cancel();
    }
    onEnd.accept(this);
  }
}
