package dev.eider.server.sequencer;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A command on its way, with what DuckDB knew of its run when that was not in memory. Immutable,
 * but for the future.
 *
 * @param persisted the run as DuckDB knows it, null if it does not or was not asked
 * @param sameRequest the run that DuckDB knows for the command's request id, null likewise
 * @param forks the runs forked from the command's run that DuckDB knows, of those that it keeps for
 *     their own forks too; asked for a Delete only
 * @param needed the run that the command needs besides, as DuckDB knows it, null likewise
 * @param reapCount how many runs had left memory when DuckDB was asked; -1 if it was not
 */
record Submission(
    Command command,
    CompletableFuture<Applied> done,
    @Nullable FoldedRun persisted,
    @Nullable FoldedRun sameRequest,
    List<RunId> forks,
    @Nullable FoldedRun needed,
    long reapCount) {

  static Submission of(Command command) {
    return new Submission(command, new CompletableFuture<>(), null, null, List.of(), null, -1);
  }

  /**
   * Takes a run that left memory lately, or is not in DuckDB yet, for what DuckDB would say now.
   */
  Submission orElse(RunReaper reaper) {
    FoldedRun recent = null;
    for (RunId runId : command.runIds()) {
      recent = recent == null ? reaper.findRecent(runId) : recent;
    }
    RunId neededId = command.neededRunId();
    FoldedRun recentNeeded = neededId == null ? null : reaper.findRecent(neededId);
    return recent == null && recentNeeded == null
        ? this
        : new Submission(
            command,
            done,
            recent == null ? persisted : recent,
            sameRequest,
            forks,
            recentNeeded == null ? needed : recentNeeded,
            reapCount);
  }

  Submission lookedUp(
      @Nullable FoldedRun foundRun,
      @Nullable FoldedRun foundRequest,
      List<RunId> foundForks,
      @Nullable FoldedRun foundNeeded,
      long reapCountBefore) {
    return new Submission(
        command, done, foundRun, foundRequest, foundForks, foundNeeded, reapCountBefore);
  }
}
