package dev.eider.server.runs;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Asks DuckDB about runs. Thread-safe. */
public record StorePersistedRuns(ColdReader store) implements PersistedRuns {
  @Override
  public List<FoldedRun> find(Collection<RunId> runIds, Collection<String> requestIds) {
    return ask(
        () -> {
          List<FoldedRun> found = new ArrayList<>(store.findRuns(runIds, requestIds));
          if (!runIds.isEmpty()) {
            for (RunId deleted : store.findDeleted(runIds)) {
              // In this order: one that is deleted between the two queries counts as deleted.
              found.removeIf(run -> run.runId().equals(deleted));
              found.add(FoldedRun.goneUnseen(deleted, 0, FoldedRun.Deletion.GONE));
            }
          }
          return found;
        });
  }

  @Override
  public Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds) {
    return ask(() -> store.findForks(parentIds));
  }

  @Override
  public int idParts() {
    return ask(store::idParts);
  }

  @Override
  public void readIds(int part, int parts, StoredIds to) {
    ask(
        () -> {
          store.readIds(part, parts, to::stored, to::deleted);
          return part;
        });
  }

  private static <T> T ask(Asking<T> asking) {
    try {
      return asking.ask();
    } catch (StoreException e) {
      throw BrokerException.unavailable(
          "DuckDB cannot say at the moment whether the run exists: " + e.getMessage());
    }
  }

  private interface Asking<T> {
    T ask() throws StoreException;
  }
}
