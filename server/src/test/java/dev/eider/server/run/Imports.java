package dev.eider.server.run;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.v1.RunOutcome;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Imports as they come out of a file. */
public final class Imports {
  private Imports() {}

  /** An import of runs with so many events each, from a file that is of no account. */
  public static ImportRecord of(int events, RunId... runIds) {
    List<FoldedRun> runs = Arrays.stream(runIds).map(runId -> run(runId, events)).toList();
    StagedFile file = new StagedFile("import-1.duckdb", 12, new byte[] {1, 2, 3});
    return new ImportRecord(7, file, (long) events * runIds.length, runs);
  }

  /** A closed run of metrics. */
  public static FoldedRun run(RunId runId, int events) {
    return run(runId, Samples.metrics(events));
  }

  /** A closed run of some events. */
  public static FoldedRun run(RunId runId, List<EncodedEvent> events) {
    RunSums sums = new RunSums(runId);
    events.forEach(sums::add);
    return new FoldedRun(
        runId,
        FoldedRun.Opening.without(
            1_000,
            new Parent(new RunId("parent"), 3, 4, new RunId("root")),
            Map.of("arena", "gold")),
        sums.totals(),
        FoldedRun.Ending.of(RunOutcome.RUN_OUTCOME_FAILED, 2_000),
        0,
        0);
  }
}
