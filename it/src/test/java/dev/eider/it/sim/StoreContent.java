package dev.eider.it.sim;

import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunId;
import dev.eider.server.store.EventRow;
import dev.eider.server.store.PersistBatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the transactions committed so far have made of a {@link SimStore}. */
final class StoreContent {
  private final Map<RunId, FoldedRun> runs = new TreeMap<>();
  private final Map<RunId, FoldedRun> runsBefore = new TreeMap<>();
  private final Map<RunId, List<EventRow>> rows = new TreeMap<>();
  private long position;

  /**
   * Takes over a transaction.
   *
   * @throws AssertionError naming the invariant it breaks
   */
  void apply(PersistBatch batch) {
    Rule.POSITION_FORWARD.require(
        batch.nextPosition() >= position,
        "a transaction leads from %d back to %d",
        position,
        batch.nextPosition());
    position = batch.nextPosition();
    for (EventRow row : batch.events()) {
      List<EventRow> run = rows.computeIfAbsent(row.runId(), id -> new ArrayList<>());
      Rule.ROW_ONCE.require(
          row.seq() == run.size() + 1,
          "run %s: row %d is written where %d comes next",
          row.runId(),
          row.seq(),
          run.size() + 1);
      run.add(row);
    }
    for (FoldedRun run : batch.runs()) {
      FoldedRun before = runs.put(run.runId(), run);
      if (before != null) {
        runsBefore.put(run.runId(), before);
      }
      Rule.HEAD_IS_LAST_ROW.require(
          run.headSeq() == rows(run.runId()).size(),
          "run %s: head %d, rows %d",
          run.runId(),
          run.headSeq(),
          rows(run.runId()).size());
    }
  }

  long position() {
    return position;
  }

  Collection<FoldedRun> runs() {
    return runs.values();
  }

  @Nullable FoldedRun run(RunId runId) {
    return runs.get(runId);
  }

  List<EventRow> rows(RunId runId) {
    return rows.getOrDefault(runId, List.of());
  }

  /** The runs as they were one transaction earlier. */
  List<FoldedRun> previous(List<FoldedRun> now) {
    return now.stream().map(run -> runsBefore.getOrDefault(run.runId(), run)).toList();
  }
}
