package dev.eider.server.runs;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Looks up runs that have left memory. Thread-safe; every method blocks. */
public interface PersistedRuns {
  /**
   * Returns those of the named runs that DuckDB knows, deleted ones included.
   *
   * @param requestIds runs that were opened with one of these are wanted, too
   * @throws BrokerException if DuckDB cannot be used at the moment
   */
  List<FoldedRun> find(Collection<RunId> runIds, Collection<String> requestIds);

  /**
   * Returns runs that were forked from these and are there, or are kept for their own forks; by
   * parent, for each not necessarily all.
   *
   * @throws BrokerException if DuckDB cannot be used at the moment
   */
  Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds);

  /**
   * Returns in how many parts {@link #readIds} should be asked for all ids.
   *
   * @throws BrokerException if DuckDB cannot be used at the moment
   */
  int idParts();

  /**
   * Passes on a part of the ids of all runs, deleted ones included.
   *
   * @param part the first is 0
   * @throws BrokerException if DuckDB cannot be used at the moment
   */
  void readIds(int part, int parts, StoredIds to);

  /** Takes ids. */
  interface StoredIds {
    /**
     * Takes the ids of a run.
     *
     * @param requestId empty when the run was opened without one
     */
    void stored(RunId runId, String requestId);

    /**
     * Takes the id of a deleted run.
     *
     * @param idHash the first bytes of the SHA-256 of the id, at least 16
     */
    void deleted(byte[] idHash);
  }
}
