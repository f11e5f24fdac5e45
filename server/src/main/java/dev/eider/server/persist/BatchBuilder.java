package dev.eider.server.persist;

import dev.eider.server.base.Invariants;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.log.LogRecord;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.RunRecord;
import dev.eider.server.run.RunRecordCodec;
import dev.eider.server.run.StepRecord;
import dev.eider.server.run.StepRecord.Published;
import dev.eider.server.store.EventRow;
import dev.eider.server.store.PersistBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Folds log records into what the next DuckDB transaction writes. Keeps the state of the open runs
 * as of the records it has taken. Owned by the persister thread.
 */
final class BatchBuilder {
  private static final Comparator<EventRow> BY_RUN_AND_SEQ =
      Comparator.comparing(EventRow::runId).thenComparingLong(EventRow::seq);

  private final RunsInMemory inMemory;
  private final Map<RunId, FoldedRun> runs = new HashMap<>();
  private final Set<RunId> changed = new HashSet<>();
  private final List<EventRow> rows = new ArrayList<>();
  private @Nullable PersistBatch pendingImport;
  private long nextPosition;
  private long bytes;

  /**
   * @param openRuns the runs that DuckDB knows as open
   * @param position the log position up to which DuckDB has them
   * @param inMemory where else these runs are kept
   */
  BatchBuilder(List<FoldedRun> openRuns, long position, RunsInMemory inMemory) {
    this.inMemory = inMemory;
    openRuns.forEach(run -> runs.put(run.runId(), shared(run)));
    nextPosition = position;
  }

  /** Takes a record; one with which runs are imported waits for a transaction of its own. */
  void add(LogRecord entry) {
    RunRecord record = RunRecordCodec.decode(entry.body());
    if (record instanceof ImportRecord imported) {
      pendingImport = PersistBatch.of(imported, entry.position(), entry.nextPosition());
    } else if (record instanceof StepRecord step) {
      add(entry, step);
    }
  }

  private void add(LogRecord entry, StepRecord record) {
    RunId runId = record.runId();
    FoldedRun after = Fold.apply(runs.get(runId), entry.position(), record);
    Invariants.require(
        after != null || runs.containsKey(runId),
        "run %s: the record at position %d is of a run that was never opened",
        runId,
        entry.position());
    if (after != null) {
      runs.put(runId, after);
      changed.add(runId);
      addRows(entry.position(), record);
    }
    nextPosition = entry.nextPosition();
    bytes += entry.body().length;
  }

  /** A run as of the records taken; null if it is not open. */
  @Nullable FoldedRun run(RunId runId) {
    return runs.get(runId);
  }

  /** Returns whether an import comes after the batch, before which nothing more may be taken. */
  boolean hasImport() {
    return pendingImport != null;
  }

  /** Returns the import as a batch of its own. */
  PersistBatch takeImport() {
    PersistBatch imported = Invariants.requireNonNull(pendingImport, "no import waits");
    pendingImport = null;
    nextPosition = imported.nextPosition();
    return imported;
  }

  int eventCount() {
    return rows.size();
  }

  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return bytes == 0;
  }

  /** The batch so far, its events ordered by run and seq. */
  PersistBatch build() {
    rows.sort(BY_RUN_AND_SEQ);
    List<FoldedRun> after = changed.stream().map(runs::get).toList();
    return new PersistBatch(List.copyOf(rows), after, nextPosition);
  }

  /** Begins the next batch; closed runs are forgotten. */
  void clear() {
    for (RunId runId : changed) {
      runs.computeIfPresent(runId, (id, run) -> run.isOpen() ? shared(run) : null);
    }
    changed.clear();
    rows.clear();
    bytes = 0;
  }

  /**
   * The same run as it is kept elsewhere, so that a run that rests is in memory once. After the
   * same record both are equal, since there is one fold.
   */
  private FoldedRun shared(FoldedRun run) {
    FoldedRun other = inMemory.find(run.runId());
    return other != null && other.lastPosition() == run.lastPosition() ? other : run;
  }

  private void addRows(long position, StepRecord record) {
    Published published = record.published();
    if (published == null) {
      return;
    }
    long seq = published.firstSeq();
    for (EncodedEvent event : published.events()) {
      rows.add(new EventRow(position, record.runId(), seq++, event));
    }
  }

  /** Finds a run in memory, as it is by now; null if it is not there. */
  interface RunsInMemory {
    @Nullable FoldedRun find(RunId runId);
  }
}
