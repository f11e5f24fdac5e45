package dev.eider.server;

import dev.eider.server.run.BrokerException;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunId;
import dev.eider.server.sequencer.PersistedRuns;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import java.util.Collection;
import java.util.List;

/** Lets the sequencer's admission ask DuckDB, which it does not know. Thread-safe. */
record StorePersistedRuns(ColdReader cold) implements PersistedRuns {
  @Override
  public List<FoldedRun> find(Collection<RunId> runIds, Collection<String> requestIds) {
    try {
      return cold.findRuns(runIds, requestIds);
    } catch (StoreException e) {
      throw BrokerException.of(
          ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE,
          "DuckDB cannot say at the moment whether the run exists: " + e.getMessage());
    }
  }
}
