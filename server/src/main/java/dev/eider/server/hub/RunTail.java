package dev.eider.server.hub;

import dev.eider.server.base.Invariants;
import dev.eider.server.base.Listeners;
import dev.eider.server.base.Registration;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.run.FoldedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * A run in memory: its durable state and its newest events, shared by all its readers.
 *
 * <p>The events are an unbroken stretch up to the head; old ones are dropped from its beginning,
 * persisted ones only. Written by the sequencer thread, but for {@code persistedSeq}, which the
 * persister thread writes. Thread-safe for readers.
 */
public final class RunTail extends Chunk.Holder {
  private final ConcurrentNavigableMap<Long, Chunk> chunks = new ConcurrentSkipListMap<>();
  private final Listeners<Runnable> listeners = new Listeners<>();

  // Written by the sequencer thread, after the chunks: a reader that sees a head finds its events,
  // or
  // knows them persisted.
  private volatile FoldedRun run;

  // Written by the persister thread.
  private volatile long persistedSeq;

  /** Begins with the events after {@code persistedSeq}, if there are any. */
  RunTail(FoldedRun run, @Nullable Chunk chunk, long persistedSeq) {
    this.run = run;
    this.persistedSeq = persistedSeq;
    if (chunk != null) {
      chunks.put(chunk.firstSeq(), chunk);
    }
  }

  /** Returns the run after its latest durable record. */
  public FoldedRun run() {
    return run;
  }

  /** Returns the seq up to which DuckDB has committed the run. */
  public long persistedSeq() {
    return persistedSeq;
  }

  /** Reads events after a seq below the head; null if the next one has left memory. */
  public @Nullable TailSlice read(
      long afterSeq, EventMatcher matcher, int eventsMax, long bytesMax) {
    long seq = afterSeq + 1;
    Map.Entry<Long, Chunk> entry = chunks.floorEntry(seq);
    if (entry == null || seq > entry.getValue().lastSeq()) {
      return null;
    }
    List<SequencedEvent> found = new ArrayList<>();
    long bytes = 0;
    long durableSeq = run.headSeq();
    while (entry != null && seq <= durableSeq && found.size() < eventsMax && bytes < bytesMax) {
      Chunk chunk = entry.getValue();
      SequencedEvent event = chunk.event(seq);
      if (matcher.matches(event)) {
        found.add(event);
        bytes += event.envelope().length;
      }
      seq++;
      if (seq > chunk.lastSeq()) {
        entry = chunks.floorEntry(seq);
        if (entry != null && seq > entry.getValue().lastSeq()) {
          entry = null;
        }
      }
    }
    return new TailSlice(found, seq - 1);
  }

  /**
   * Looks for the last event in memory that matches.
   *
   * @param untilSeq inclusive
   */
  public TailLast readLast(long untilSeq, EventMatcher matcher) {
    long seq = Math.min(untilSeq, run.headSeq());
    while (seq > 0) {
      Map.Entry<Long, Chunk> entry = chunks.floorEntry(seq);
      if (entry == null || seq > entry.getValue().lastSeq()) {
        break;
      }
      Chunk chunk = entry.getValue();
      while (seq >= chunk.firstSeq()) {
        SequencedEvent event = chunk.event(seq--);
        if (matcher.matches(event)) {
          return new TailLast(event, seq);
        }
      }
    }
    return new TailLast(null, seq);
  }

  /** Has {@code listener} called, on the sequencer thread and briefly, after each change. */
  public Registration addListener(Runnable listener) {
    return listeners.add(listener);
  }

  /** Takes over what a durable record made of the run. */
  void advance(FoldedRun after, @Nullable Chunk chunk) {
    if (chunk != null) {
      Invariants.require(
          chunk.firstSeq() == run.headSeq() + 1 && chunk.lastSeq() == after.headSeq(),
          "run %s: events %d-%d do not lead from head %d to %d",
          after.runId(),
          chunk.firstSeq(),
          chunk.lastSeq(),
          run.headSeq(),
          after.headSeq());
      chunks.put(chunk.firstSeq(), chunk);
    }
    run = after;
  }

  void notifyListeners() {
    listeners.forEach(Runnable::run);
  }

  void setPersistedSeq(long seq) {
    Invariants.require(
        seq >= persistedSeq, "run %s: persisted seq went back to %d", run.runId(), seq);
    persistedSeq = seq;
  }

  @Override
  boolean isDeleted() {
    return run.isDeleted();
  }

  /** Drops a chunk, the oldest one. */
  @Override
  void drop(Chunk chunk) {
    chunks.remove(chunk.firstSeq());
  }

  /** Drops everything; returns how many bytes that were. */
  long clear() {
    long bytes = 0;
    for (Chunk chunk : chunks.values()) {
      bytes += chunk.release();
    }
    chunks.clear();
    return bytes;
  }

  /** Events of a run in seq order, and the seq up to which they are all that match, inclusive. */
  public record TailSlice(List<SequencedEvent> events, long scannedSeq) {}

  /**
   * The last event that matches.
   *
   * @param event null if there is none in memory
   * @param restSeq up to which nothing was looked at, inclusive; without an event, what only DuckDB
   *     has
   */
  public record TailLast(@Nullable SequencedEvent event, long restSeq) {}
}
