package dev.eider.server.run;

import dev.eider.server.base.Invariants;
import dev.eider.server.event.RunId;
import java.util.List;

/**
 * The record of the log with which runs come in from a file, all at once and closed: who they are.
 * Their events are in the file until DuckDB has them. Immutable.
 *
 * @param eventCount over all runs
 * @param runs closed, by run id, at least one; their positions do not count
 */
public record ImportRecord(long timeUs, StagedFile file, long eventCount, List<FoldedRun> runs)
    implements RunRecord {
  public ImportRecord {
    runs = List.copyOf(runs);
    Invariants.require(!runs.isEmpty(), "an import without runs");
    for (FoldedRun run : runs) {
      Invariants.require(!run.isOpen(), "run %s is to be imported and open", run.runId());
    }
  }

  /** Returns the first of the runs, which stands for all of them. */
  @Override
  public RunId runId() {
    return runs.get(0).runId();
  }

  /** Returns 0: the events are in the file. */
  @Override
  public long firstSeq() {
    return 0;
  }

  /** The runs as the record at a log position makes them. */
  public List<FoldedRun> runsAt(long position) {
    return runs.stream().map(run -> run.at(position)).toList();
  }

  /** The same, accepted at another time. */
  public ImportRecord acceptedAt(long newTimeUs) {
    return new ImportRecord(newTimeUs, file, eventCount, runs);
  }
}
