package dev.eider.client;

import dev.eider.client.StreamSource.StreamPart;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.SubscribeResponse;
import java.util.Collections;
import java.util.Iterator;
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
public final class RunSubscription extends ResumingStream<StreamPart, EventEnvelope> {
  private final StreamSource source;
  private final ReadCursor cursor;
  private Iterator<EventEnvelope> batch = Collections.emptyIterator();
  private SubscribeResponse.@Nullable RunClosed runClosed;
  private ColdStreamResponse.@Nullable ColdEnd end;

  RunSubscription(StreamSource source, Wiring wiring) {
    super("run " + source.runId(), "run " + source.runId() + " has been read to its end", wiring);
    this.source = source;
    this.cursor = new ReadCursor(source);
  }

  /** Returns how the run ended; empty before the end of a Subscribe, and for a ColdStream. */
  public Optional<SubscribeResponse.RunClosed> runClosed() {
    return Optional.ofNullable(runClosed);
  }

  /** Returns what was read; empty before the end of a ColdStream, and for a Subscribe. */
  public Optional<ColdStreamResponse.ColdEnd> end() {
    return Optional.ofNullable(end);
  }

  @Override
  ResponseReader<?, ?, StreamPart> open() {
    return source.open().apply(cursor.resumeAfter());
  }

  @Override
  boolean isFilled() {
    return batch.hasNext();
  }

  /** Checks the next event only now, so that the events before a violation are still read. */
  @Override
  EventEnvelope take() {
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

  @Override
  void accept(StreamPart part) {
    batch = part.events().iterator();
    if (part.scannedSeq() > 0) {
      cursor.scanned(part.scannedRunId(), part.scannedSeq());
    }
    runClosed = part.runClosed() == null ? runClosed : part.runClosed();
    end = part.end() == null ? end : part.end();
    if (runClosed != null || end != null) {
      completed();
    }
    if (part.runClosed() != null) {
      try {
        cursor.closedAt(part.runClosed().getFinalSeq());
      } catch (EiderException e) {
        finish(e);
      }
    }
  }
}
