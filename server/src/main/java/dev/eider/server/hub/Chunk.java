package dev.eider.server.hub;

import dev.eider.server.event.LogPlace;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.run.FoldedRun;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The events of one record, as the tail of their run and that of the log hold them: it is in both
 * or in none. Owned by the sequencer thread; the events are read by any.
 */
final class Chunk {
  /** The bytes that an event costs in memory besides its envelope. */
  private static final int EVENT_OVERHEAD_BYTES = 128;

  /** What a chunk costs besides its events: itself, its lists, its entries in two more. */
  private static final int CHUNK_OVERHEAD_BYTES = 256;

  private final RunId runId;
  private final Map<String, String> labels;
  private final List<SequencedEvent> events;
  private final long firstSeq;
  private final long position;
  private final long bytes;
  private @Nullable Holder tail;
  private @Nullable Holder log;

  /** Makes a chunk of a record's events and the run after it. */
  Chunk(FoldedRun run, long position, List<SequencedEvent> events) {
    this.runId = run.runId();
    this.labels = run.labels();
    this.position = position;
    this.events = events;
    this.firstSeq = events.get(0).seq();
    long sum = CHUNK_OVERHEAD_BYTES;
    for (SequencedEvent event : events) {
      sum += event.envelope().length + EVENT_OVERHEAD_BYTES;
    }
    this.bytes = sum;
  }

  /** Remembers the tails that hold it: its run's, and the log's. */
  void attach(Holder ofRun, Holder ofLog) {
    tail = ofRun;
    log = ofLog;
  }

  /** Returns whether the run is deleted while the chunk is still in memory. For readers. */
  boolean isDeleted() {
    Holder owner = tail;
    return owner != null && owner.isDeleted();
  }

  RunId runId() {
    return runId;
  }

  /** Returns the labels of the run. */
  Map<String, String> labels() {
    return labels;
  }

  /** Returns the seq after a place at this chunk's position. */
  long firstSeqAfter(LogPlace place) {
    int order = runId.value().compareTo(place.runId());
    return order > 0 ? firstSeq : order < 0 ? lastSeq() + 1 : place.seq() + 1;
  }

  long firstSeq() {
    return firstSeq;
  }

  long lastSeq() {
    return firstSeq + events.size() - 1;
  }

  SequencedEvent event(long seq) {
    return events.get((int) (seq - firstSeq));
  }

  /** Returns the log position of the record. */
  long position() {
    return position;
  }

  long bytes() {
    return bytes;
  }

  /** Leaves both tails; returns the bytes that this frees, 0 the second time. */
  long release() {
    Holder released = tail;
    Holder left = log;
    if (released == null || left == null) {
      return 0;
    }
    released.drop(this);
    left.drop(this);
    tail = null;
    log = null;
    return bytes;
  }

  /** A tail that holds chunks. */
  abstract static class Holder {
    /** Drops a chunk. */
    abstract void drop(Chunk chunk);

    /** Returns whether the run whose tail it is was deleted. For readers. */
    boolean isDeleted() {
      return false;
    }
  }
}
