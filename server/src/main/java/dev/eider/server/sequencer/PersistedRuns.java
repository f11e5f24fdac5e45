package dev.eider.server.sequencer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Looks up runs that have left memory. */
@FunctionalInterface
public interface PersistedRuns {
  /**
   * Returns those of the named runs that DuckDB knows, deleted ones included, or a library. Blocks.
   *
   * @param requestIds runs that were opened with one of these are wanted, too
   * @throws BrokerException if DuckDB cannot be used at the moment
   */
  List<FoldedRun> find(Collection<RunId> runIds, Collection<String> requestIds);

  /**
   * Returns runs that were forked from these and are there, or are kept for their own forks; by
   * parent, for each not necessarily all. Blocks.
   *
   * @throws BrokerException if DuckDB cannot be used at the moment
   */
  default Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds) {
    return Map.of();
  }
}
