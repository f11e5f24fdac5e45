package dev.eider.server.hub;

import dev.eider.server.event.LogPage;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.SequencedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The newest events of all runs in the order of the log.
 *
 * <p>It has every durable event from a position on, and perhaps older ones. What leaves it is
 * persisted: a reader behind that position finds the rest in DuckDB, at once or, after {@link
 * #passOver}, once the persister is that far. A reader looks at the position before and after it
 * reads, since events are dropped only after the position has moved.
 *
 * <p>Written by the sequencer thread. Thread-safe for readers.
 */
public final class LogTail extends Chunk.Holder {
  /** The most events that a read looks at, so that a filter without matches holds no thread up. */
  private static final int LOOK_EVENTS_MAX = 10_000;

  private final ConcurrentNavigableMap<Long, Chunk> chunks = new ConcurrentSkipListMap<>();

  // Written by the sequencer thread, before chunks go.
  private volatile long completeFrom;

  // The map does not count.
  private int chunkCount;

  /** Begins where DuckDB has everything before. */
  LogTail(long position) {
    completeFrom = position;
  }

  /** Returns the position from which on every durable event is here. */
  public long completeFrom() {
    return completeFrom;
  }

  /**
   * Reads events, up to the one that would exceed {@code bytesMax} unless it is the first; null
   * when some may not be in memory. Does not block.
   */
  public @Nullable LogPage read(
      LogPlace after, LogSelection selection, int eventsMax, long bytesMax) {
    if (after.position() < completeFrom) {
      return null;
    }
    Reading reading = new Reading(selection, eventsMax, bytesMax, after);
    boolean isLast = true;
    for (Chunk chunk : chunks.tailMap(after.position(), true).values()) {
      if (!reading.take(chunk, after)) {
        isLast = false;
        break;
      }
    }
    // What was dropped meanwhile may be missing.
    return after.position() < completeFrom ? null : reading.page(isLast);
  }

  void add(Chunk chunk) {
    chunks.put(chunk.position(), chunk);
    chunkCount++;
  }

  int chunkCount() {
    return chunkCount;
  }

  /** Returns the chunk at the smallest position, or null. */
  @Nullable Chunk oldest() {
    Map.Entry<Long, Chunk> oldest = chunks.firstEntry();
    return oldest == null ? null : oldest.getValue();
  }

  /** Drops a chunk, which DuckDB has. */
  @Override
  void drop(Chunk chunk) {
    passOver(chunk.position());
    chunks.remove(chunk.position());
    chunkCount--;
  }

  /** Skips a record whose events are not kept here; DuckDB has them sooner or later. */
  void passOver(long position) {
    completeFrom = Math.max(completeFrom, position + 1);
  }

  /** Builds a page. Used by one thread. */
  private static final class Reading {
    private final LogSelection selection;
    private final int eventsMax;
    private final long bytesMax;
    private final List<SequencedEvent> events = new ArrayList<>();
    private @Nullable LogPlace last;
    private LogPlace next;
    private long bytes;
    private int looked;
    private long passedOver;

    Reading(LogSelection selection, int eventsMax, long bytesMax, LogPlace after) {
      this.selection = selection;
      this.eventsMax = eventsMax;
      this.bytesMax = bytesMax;
      next = after;
    }

    /** Takes what is wanted of a chunk; returns false when the page is full before its end. */
    boolean take(Chunk chunk, LogPlace after) {
      long seq = chunk.position() == after.position() ? chunk.firstSeqAfter(after) : 0;
      seq = Math.max(seq, chunk.firstSeq());
      if (isFull()) {
        return false;
      }
      if (chunk.isDeleted() || !selection.matchesRun(chunk.labels())) {
        look(chunk.lastSeq() - seq + 1);
      } else {
        for (; seq <= chunk.lastSeq(); seq++) {
          SequencedEvent event = chunk.event(seq);
          if (isFull() || !fits(event)) {
            next = LogPlace.after(chunk.position(), chunk.runId(), seq - 1);
            return false;
          }
          take(chunk, event);
        }
      }
      next = LogPlace.before(chunk.position() + 1);
      return true;
    }

    private boolean isFull() {
      return events.size() >= eventsMax || looked >= LOOK_EVENTS_MAX || bytes >= bytesMax;
    }

    private boolean fits(SequencedEvent event) {
      return events.isEmpty()
          || bytes + event.envelope().length <= bytesMax
          || !selection.matcher().matches(event);
    }

    private void take(Chunk chunk, SequencedEvent event) {
      look(1);
      if (selection.matcher().matches(event)) {
        events.add(event);
        bytes += event.envelope().length;
        last = LogPlace.after(chunk.position(), chunk.runId(), event.seq());
        passedOver = 0;
      }
    }

    private void look(long count) {
      looked += (int) count;
      passedOver += count;
    }

    LogPage page(boolean isLast) {
      return new LogPage(events, last, next, isLast, passedOver);
    }
  }
}
