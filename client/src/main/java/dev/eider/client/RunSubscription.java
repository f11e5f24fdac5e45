package dev.eider.client;

import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.SubscribeResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a run's events in seq order, each once: a Subscribe until the run is closed, a ColdStream
 * until the end of what DuckDB holds.
 *
 * <p>When the connection is lost or the daemon stops, the next call resumes after the last event
 * that was seen. It retries with a backoff until the resume timeout has passed. A stream that is
 * silent for the idle timeout, without even a heartbeat, counts as lost. Without a filter the seqs
 * are checked: each must be its predecessor plus one, or reading fails with DATA_LOSS. With {@code
 * include_inherited} the ancestors' events come first, with their own run ids and seqs.
 *
 * <p>States: reading · waiting to resume · ended (complete, closed, or by a failure that every
 * later call repeats). However slow the consumer, only a few responses are buffered.
 *
 * <p>Owned by one consuming thread, except {@link #close}, which any thread may call.
 */
public final class RunSubscription implements Iterator<EventEnvelope>, AutoCloseable {
  private final StreamSource source;
  private final ReadCursor cursor;
  private final ResumingStream<StreamPart> stream;
  private Iterator<EventEnvelope> batch = Collections.emptyIterator();
  private SubscribeResponse.@Nullable RunClosed runClosed;
  private ColdStreamResponse.@Nullable ColdEnd end;

  RunSubscription(StreamSource source, ResumingStream.Wiring wiring) {
    this.source = source;
    this.cursor = new ReadCursor(source);
    this.stream =
        new ResumingStream<>(
            "run " + source.runId(), this, () -> source.open().apply(cursor.resumeAfter()), wiring);
  }

  /**
   * Blocks until there is an event or the stream has ended. While the run is idle, that may take
   * forever.
   *
   * @return false at the end, and after close
   * @throws EiderException if the stream failed for good
   */
  @Override
  public boolean hasNext() {
    return fill(ResumingStream.FOREVER_NANOS);
  }

  /** Returns the next event; blocks as {@link #hasNext} does. */
  @Override
  public EventEnvelope next() {
    if (!hasNext()) {
      throw new NoSuchElementException("run " + source.runId() + " has been read to its end");
    }
    return take();
  }

  /**
   * Waits for the next event, for at most the given time.
   *
   * @return null if there was none in time, at the end, and after close
   * @throws EiderException if the stream failed for good
   */
  public @Nullable EventEnvelope poll(Duration timeout) {
    return fill(timeout.toNanos()) ? take() : null;
  }

  /** Returns how the run ended; empty before the end of a Subscribe, and for a ColdStream. */
  public Optional<SubscribeResponse.RunClosed> runClosed() {
    return Optional.ofNullable(runClosed);
  }

  /** Returns what was read; empty before the end of a ColdStream, and for a Subscribe. */
  public Optional<ColdStreamResponse.ColdEnd> end() {
    return Optional.ofNullable(end);
  }

  /** Cancels the stream; a thread that waits for an event returns at once. */
  @Override
  public void close() {
    stream.close();
  }

  private boolean fill(long timeoutNanos) {
    return stream.fill(timeoutNanos, () -> batch.hasNext(), this::accept);
  }

  /**
   * Returns the next event. It is checked only now, so that the events before a violation are still
   * read.
   */
  private EventEnvelope take() {
    EventEnvelope envelope = batch.next();
    try {
      cursor.accept(envelope);
    } catch (EiderException e) {
      batch = Collections.emptyIterator();
      stream.finish(e);
      throw e;
    }
    return envelope;
  }

  private void accept(StreamPart part) {
    batch = part.events().iterator();
    if (part.scannedSeq() > 0) {
      cursor.scanned(part.scannedRunId(), part.scannedSeq());
    }
    runClosed = part.runClosed() == null ? runClosed : part.runClosed();
    end = part.end() == null ? end : part.end();
    if (runClosed != null || end != null) {
      stream.completed();
    }
    if (part.runClosed() != null) {
      try {
        cursor.closedAt(part.runClosed().getFinalSeq());
      } catch (EiderException e) {
        stream.finish(e);
      }
    }
  }
}
