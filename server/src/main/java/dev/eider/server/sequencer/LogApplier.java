package dev.eider.server.sequencer;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogReader;
import dev.eider.server.log.LogRecord;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.RunRecord;
import dev.eider.server.run.RunRecordCodec;
import dev.eider.server.run.StepRecord;
import dev.eider.server.run.StepRecord.Published;
import dev.eider.server.runs.RunIndex;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings what the log holds to the runs in memory: shows it to readers, tells those who wait for
 * it, and drops what DuckDB has.
 *
 * <p>It decides nothing, so whoever follows a log can do it. At a start it reads the log and folds
 * it. After that its records come from the {@link Sequencer}, folded already: nothing that was
 * appended here is read back.
 *
 * <p>Owned by the sequencer thread, and before that one starts by the thread that starts the
 * daemon.
 */
public final class LogApplier {
  private final Hub hub;
  private final RunIndex index;
  private final RunReaper reaper;
  private final Map<RunTail, Change> unannounced = new LinkedHashMap<>();
  private boolean hasUnannounced;

  /** Begins with the runs as DuckDB has them; a closed one stays for {@code graceMs}. */
  public LogApplier(Hub hub, RunIndex index, InstantSource clock, long graceMs) {
    this.hub = hub;
    this.index = index;
    reaper = new RunReaper(hub, index, clock, graceMs);
  }

  Hub hub() {
    return hub;
  }

  RunIndex index() {
    return index;
  }

  /**
   * Folds the log into the hub, up to where it ends now. Blocks; to be called before anything else
   * uses the hub.
   *
   * @param fromPosition up to where, exclusively, DuckDB has the log
   * @return how many records were folded
   * @throws LogCorruptedException if the log does not continue what DuckDB has
   */
  public long replay(EventLog log, long fromPosition) {
    // Others may have appended since this daemon last ran.
    long end = log.awaitEnd().join();
    long count = 0;
    try (LogReader reader = log.read(fromPosition)) {
      LogRecord entry = reader.next(end);
      while (entry != null) {
        apply(fold(entry));
        count++;
        entry = reader.next(end);
      }
    }
    announce();
    return count;
  }

  private Effect fold(LogRecord entry) {
    RunRecord record = RunRecordCodec.decode(entry.body());
    if (record instanceof ImportRecord imported) {
      return new Effect.Import(imported, entry.position());
    }
    RunTail tail = hub.find(record.runId());
    StepRecord step = (StepRecord) record;
    FoldedRun after = Fold.apply(tail == null ? null : tail.run(), entry.position(), step);
    if (after == null) {
      throw new LogCorruptedException(
          String.format(
              "run %s: the record at position %d of the log does not continue the run as DuckDB has"
                  + " it: events.duckdb and log/ do not belong together. Put back the two that do.",
              step.runId(), entry.position()));
    }
    return new Effect.Step(step, entry.position(), after);
  }

  /** Shows to readers what durable records did, in the order of the log. */
  void apply(List<Effect> effects) {
    effects.forEach(this::apply);
  }

  private void apply(Effect effect) {
    hasUnannounced = true;
    if (effect instanceof Effect.Step step) {
      RunTail tail = hub.advance(step.after(), step.position(), sequenced(step.record()));
      boolean isClosing = step.record().closed() != null;
      if (step.after().isDeleted()) {
        reaper.deleted(tail);
      } else if (isClosing) {
        reaper.closed(tail);
      }
      unannounced.merge(tail, new Change(step.record().opened() != null, isClosing), Change::and);
    } else if (effect instanceof Effect.Import imported) {
      hub.addImport(imported.record(), imported.position());
    }
  }

  /** Makes a record's events what readers get. */
  private static List<SequencedEvent> sequenced(StepRecord record) {
    Published published = record.published();
    if (published == null) {
      return List.of();
    }
    List<SequencedEvent> sequenced = new ArrayList<>(published.events().size());
    long seq = published.firstSeq();
    for (EncodedEvent event : published.events()) {
      sequenced.add(
          SequencedEvent.of(
              record.runId(), seq++, event.kind(), event.agentId(), event.t(), event.bytes()));
    }
    return sequenced;
  }

  /** Tells those who wait for it of all that was shown since the last call. */
  void announce() {
    unannounced.forEach((tail, change) -> hub.announce(tail, change.opened(), change.closed()));
    unannounced.clear();
    if (hasUnannounced) {
      hasUnannounced = false;
      hub.announceAll();
    }
  }

  /** Drops runs from memory that DuckDB has, or has erased. */
  void reap() {
    reaper.run();
  }

  /** Drops events and runs from memory that DuckDB has. */
  void tidy() {
    hub.evict();
    reaper.run();
  }

  private record Change(boolean opened, boolean closed) {
    Change and(Change later) {
      return new Change(opened || later.opened, closed || later.closed);
    }
  }

  /** What a record of the log does to the runs in memory, once it is durable. Immutable. */
  sealed interface Effect {
    /** A run takes a step, by a record at a position, and is as {@code after} then. */
    record Step(StepRecord record, long position, FoldedRun after) implements Effect {}

    /** Runs come in from a file; readers see them once DuckDB has them. */
    record Import(ImportRecord record, long position) implements Effect {}
  }
}
