package dev.eider.server.runs;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Looks up runs that have left memory. Thread-safe; every method blocks. */
public interface PersistedRuns {
  /** Returns the runs, deleted or not, that DuckDB knows by their own or their request id. */
  List<FoldedRun> find(Collection<RunId> runIds, Collection<String> requestIds);

  /** Returns forks of these, or some of them, that are there or are kept for their own forks. */
  Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds);

  /** Returns in how many parts {@link #readIds} should be asked for all ids. */
  int idParts();

  /** Passes on a part, from 0, of the ids of all runs, deleted ones included. */
  void readIds(int part, int parts, StoredIds to);

  /** Takes ids. */
  interface StoredIds {
    /** Takes the ids of a run; the request id may be empty. */
    void stored(RunId runId, String requestId);

    /** Takes the first bytes, 16 or more, of the SHA-256 of a deleted run's id. */
    void deleted(byte[] idHash);
  }
}
