package dev.eider.server.sequencer;

import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunId;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A command on its way, with what DuckDB knew of its run when that was not in memory. Immutable,
 * but for the future.
 *
 * @param persisted the run as DuckDB knows it, null if it does not or was not asked
 * @param sameRequest the run that DuckDB knows for the command's request id, null likewise
 * @param reapCount how many runs had left memory when DuckDB was asked; -1 if it was not
 */
record Submission(
    Command command,
    CompletableFuture<Applied> done,
    @Nullable FoldedRun persisted,
    @Nullable FoldedRun sameRequest,
    long reapCount) {

  static Submission of(Command command) {
    return new Submission(command, new CompletableFuture<>(), null, null, -1);
  }

  /**
   * Takes a run that left memory lately, or is not in DuckDB yet, for what DuckDB would say now.
   */
  Submission orElse(RunReaper reaper) {
    for (RunId runId : command.runIds()) {
      FoldedRun recent = reaper.findRecent(runId);
      if (recent != null) {
        return new Submission(command, done, recent, sameRequest, reapCount);
      }
    }
    return this;
  }

  Submission lookedUp(
      @Nullable FoldedRun foundRun, @Nullable FoldedRun foundRequest, long reapCountBefore) {
    return new Submission(command, done, foundRun, foundRequest, reapCountBefore);
  }
}
