package dev.eider.server.library;

import dev.eider.server.hub.RunTail;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.RunId;
import dev.eider.server.store.StoreException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the runs of a file whose lineage has no first ancestor: whoever climbs it would not come to
 * its end. Owned by one thread.
 */
final class Lineage {
  private final Map<RunId, FoldedRun> runs;
  private final LibraryGround ground;
  private final Set<RunId> good = new HashSet<>();

  /**
   * @param runs of the file
   * @param ground has the runs that are there already
   */
  Lineage(List<FoldedRun> runs, LibraryGround ground) {
    this.runs = runs.stream().collect(Collectors.toMap(FoldedRun::runId, Function.identity()));
    this.ground = ground;
  }

  /** Says whether a run is, or descends from, an ancestor of its own. Blocks on DuckDB. */
  boolean isCircle(FoldedRun run) throws StoreException {
    Set<RunId> climbed = new HashSet<>();
    @Nullable FoldedRun at = run;
    while (at != null && !good.contains(at.runId())) {
      if (!climbed.add(at.runId())) {
        return true;
      }
      Parent parent = at.parent();
      at = parent == null ? null : find(parent.runId());
    }
    good.addAll(climbed);
    return false;
  }

  private @Nullable FoldedRun find(RunId runId) throws StoreException {
    FoldedRun ofFile = runs.get(runId);
    if (ofFile != null) {
      return ofFile;
    }
    RunTail tail = ground.hub().find(runId);
    FoldedRun inMemory = tail == null ? ground.hub().findImported(runId) : tail.run();
    if (inMemory != null) {
      return inMemory;
    }
    FoldedRun stored = ground.reader().findRun(runId);
    return stored == null ? ground.reader().findKept(runId) : stored;
  }
}
