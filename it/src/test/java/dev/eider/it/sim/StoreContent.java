package dev.eider.it.sim;

import dev.eider.it.testkit.Rule;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.FoldedRun.Deletion;
import dev.eider.server.store.EventRow;
import dev.eider.server.store.PersistBatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the transactions committed so far have made of a {@link SimStore}. */
final class StoreContent {
  private final Map<RunId, FoldedRun> runs = new TreeMap<>();
  private final Map<RunId, FoldedRun> runsBefore = new TreeMap<>();
  private final Map<RunId, List<EventRow>> rows = new TreeMap<>();
  private final Map<RunId, FoldedRun> kept = new TreeMap<>();
  private final Map<RunId, List<EventRow>> keptRows = new TreeMap<>();

  /** The ids of all deleted runs. */
  final Set<RunId> deleted = new TreeSet<>();

  long position;

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
      Rule.DELETED_STAYS_GONE.require(
          !deleted.contains(row.runId()), "run %s: a row of a deleted run", row.runId());
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
      if (!run.isSeen()) {
        continue;
      }
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
    List<FoldedRun> gone = batch.runs().stream().filter(FoldedRun::isDeleted).toList();
    gone.forEach(run -> delete(run.runId()));
    if (!gone.isEmpty()) {
      forgetUnneeded(gone.stream().map(FoldedRun::runId).toList());
    }
  }

  private void delete(RunId runId) {
    deleted.add(runId);
    FoldedRun last = runs.remove(runId);
    runsBefore.remove(runId);
    List<EventRow> events = rows.remove(runId);
    if (last != null) {
      kept.put(runId, last.deleted(last.lastPosition(), Deletion.KEPT));
      keptRows.put(runId, events == null ? List.of() : events);
    }
  }

  /** What no run that is there descends from is gone as a whole, the rest after its last fork. */
  private void forgetUnneeded(List<RunId> justDeleted) {
    Map<RunId, Long> needed = new TreeMap<>();
    for (FoldedRun run : runs.values()) {
      FoldedRun at = run;
      while (at != null && at.parent() != null) {
        needed.merge(at.parent().runId(), at.parent().seq() - 1, Math::max);
        at = kept.get(at.parent().runId());
      }
    }
    kept.keySet().retainAll(needed.keySet());
    keptRows.keySet().retainAll(needed.keySet());
    for (RunId runId : justDeleted) {
      keptRows.computeIfPresent(
          runId,
          (id, events) -> events.stream().filter(row -> row.seq() <= needed.get(id)).toList());
    }
  }

  /** Requires that nothing is left of a run, since somebody is told so. */
  void requireGone(RunId runId) {
    Rule.DELETED_STAYS_GONE.require(
        run(runId) == null && rows(runId).isEmpty() && isDeleted(runId),
        "run %s was deleted; the store has %s and %d rows",
        runId,
        run(runId),
        rows(runId).size());
  }

  boolean isDeleted(RunId runId) {
    return deleted.contains(runId);
  }

  @Nullable FoldedRun kept(RunId runId) {
    return kept.get(runId);
  }

  List<EventRow> keptRows(RunId runId) {
    return keptRows.getOrDefault(runId, List.of());
  }

  /** Returns the forks of a run, kept ones among them. */
  List<RunId> forks(RunId parentId) {
    return Stream.concat(runs.values().stream(), kept.values().stream())
        .filter(run -> run.parent() != null && run.parent().runId().equals(parentId))
        .map(FoldedRun::runId)
        .toList();
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

  /** Returns the runs as they were one transaction earlier. */
  List<FoldedRun> previous(List<FoldedRun> now) {
    return now.stream().map(run -> runsBefore.getOrDefault(run.runId(), run)).toList();
  }
}
