package dev.eider.server.runs;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.sequencer.PersistedRuns;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lets the sequencer's admission ask DuckDB and libraries, which it does not know. Thread-safe. */
public record StorePersistedRuns(ColdReader cold) implements PersistedRuns {
  @Override
  public List<FoldedRun> find(Collection<RunId> runIds, Collection<String> requestIds) {
    try {
      List<FoldedRun> found = new ArrayList<>(cold.findRuns(runIds, requestIds));
      if (!runIds.isEmpty()) {
        for (RunId deleted : cold.findDeleted(runIds)) {
          // In this order: one that is deleted between the two queries counts as deleted.
          found.removeIf(run -> run.runId().equals(deleted));
          found.add(FoldedRun.goneUnseen(deleted, 0, FoldedRun.Deletion.GONE));
        }
        Set<RunId> missing = new HashSet<>(runIds);
        found.forEach(run -> missing.remove(run.runId()));
        found.addAll(cold.findInLibrary(missing));
      }
      return found;
    } catch (StoreException e) {
      throw unavailable(e);
    }
  }

  @Override
  public Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds) {
    try {
      return cold.findForks(parentIds);
    } catch (StoreException e) {
      throw unavailable(e);
    }
  }

  private static BrokerException unavailable(StoreException e) {
    return BrokerException.of(
        ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE,
        "DuckDB cannot say at the moment whether the run exists: " + e.getMessage());
  }
}
