package dev.eider.server.hub;

import dev.eider.server.run.SequencedEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events of one record, as a tail holds them. The list of what may be dropped refers to it as
 * well, so it lets go of its tail when that leaves memory. Owned by the sequencer thread; the
 * events are read by any.
 */
final class Chunk {
  /** What an event costs in memory besides its envelope, in bytes. */
  private static final int EVENT_OVERHEAD_BYTES = 128;

  /** What a chunk costs in memory besides its events: it, its lists, and its places in two more. */
  private static final int CHUNK_OVERHEAD_BYTES = 256;

  private final List<SequencedEvent> events;
  private final long firstSeq;
  private final long position;
  private final long bytes;
  private @Nullable RunTail tail;

  Chunk(long position, List<SequencedEvent> events) {
    this.position = position;
    this.events = events;
    this.firstSeq = events.get(0).seq();
    long sum = CHUNK_OVERHEAD_BYTES;
    for (SequencedEvent event : events) {
      sum += event.envelope().length + EVENT_OVERHEAD_BYTES;
    }
    this.bytes = sum;
  }

  void attach(RunTail owner) {
    tail = owner;
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

  /** The log position of the record. */
  long position() {
    return position;
  }

  long bytes() {
    return bytes;
  }

  boolean isReleased() {
    return tail == null;
  }

  /** Lets go of the tail; returns the bytes that this frees, 0 the second time. */
  long release() {
    RunTail released = tail;
    if (released == null) {
      return 0;
    }
    released.drop(this);
    tail = null;
    return bytes;
  }
}
