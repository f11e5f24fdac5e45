package dev.eider.server.sequencer;

import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.run.FoldedRun;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether forks inherit from a run, as of all commands decided before.
 *
 * <p>DuckDB has said which forks it knew when it was asked; memory knows every fork that was opened
 * or deleted since, because runs leave memory only when DuckDB has them, and are remembered for a
 * while then. A deleted fork inherits as long as others inherited from it when it was deleted: once
 * the last of those is erased DuckDB no longer names it. Owned by the sequencer thread.
 */
final class ForkLookup {
  private final Function<RunId, @Nullable FoldedRun> inMemory;
  private final Hub hub;
  private final RunReaper reaper;

  /**
   * @param inMemory the runs in memory as the commands before leave them
   */
  ForkLookup(Function<RunId, @Nullable FoldedRun> inMemory, Hub hub, RunReaper reaper) {
    this.inMemory = inMemory;
    this.hub = hub;
    this.reaper = reaper;
  }

  /**
   * Returns one that inherits, or null.
   *
   * @param opened forks of any run that are not in the hub yet
   * @param persisted forks of the run that DuckDB knew
   */
  @Nullable RunId find(RunId parentId, List<RunId> opened, List<RunId> persisted) {
    for (RunId forkId : opened) {
      if (isForkOf(inMemory.apply(forkId), parentId)) {
        return forkId;
      }
    }
    for (RunId forkId : hub.findForks(parentId)) {
      FoldedRun fork = inMemory.apply(forkId);
      if (isForkOf(fork == null ? hub.findImported(forkId) : fork, parentId)) {
        return forkId;
      }
    }
    for (FoldedRun run : reaper.recent()) {
      if (!run.isDeleted() && inMemory.apply(run.runId()) == null && isForkOf(run, parentId)) {
        return run.runId();
      }
    }
    for (RunId forkId : persisted) {
      FoldedRun fork = inMemory.apply(forkId);
      FoldedRun newer = fork == null ? reaper.findRecent(forkId) : fork;
      if (newer == null || inherits(newer)) {
        return forkId;
      }
    }
    return null;
  }

  private static boolean isForkOf(@Nullable FoldedRun run, RunId parentId) {
    return run != null
        && run.parent() != null
        && run.parent().runId().equals(parentId)
        && inherits(run);
  }

  private static boolean inherits(FoldedRun fork) {
    return fork.deletion() != FoldedRun.Deletion.GONE;
  }
}
