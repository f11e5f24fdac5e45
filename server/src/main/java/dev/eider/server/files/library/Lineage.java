package dev.eider.server.files.library;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.store.StoreException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the runs of a file whose lineage is a circle: a reader that climbs it would not come to an
 * end. Owned by one thread.
 */
final class Lineage {
  private final Map<RunId, FoldedRun> runs;
  private final Others others;
  private final Set<RunId> good = new HashSet<>();

  /**
   * @param runs of the file
   * @param others finds the runs that exist already
   */
  Lineage(List<FoldedRun> runs, Others others) {
    this.runs = runs.stream().collect(Collectors.toMap(FoldedRun::runId, Function.identity()));
    this.others = others;
  }

  /** Returns whether a run is, or descends from, an ancestor of its own. Blocks on DuckDB. */
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
    return ofFile == null ? others.find(runId) : ofFile;
  }

  /** Finds runs that are there already. */
  interface Others {
    @Nullable FoldedRun find(RunId runId) throws StoreException;
  }
}
