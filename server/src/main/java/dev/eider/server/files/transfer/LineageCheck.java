package dev.eider.server.files.transfer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Requires that no imported run would be its own ancestor: whoever climbs a lineage would not come
 * to its end. Blocks on DuckDB; owned by one thread.
 */
final class LineageCheck {
  private static final int LEVELS_MAX = 10_000;

  private LineageCheck() {}

  static void require(List<FoldedRun> imported, ColdReader reader) throws StoreException {
    Map<RunId, RunId> parents = new HashMap<>();
    Set<RunId> known = new HashSet<>();
    Set<RunId> unknown = new HashSet<>();
    imported.forEach(run -> known.add(run.runId()));
    imported.forEach(run -> note(run, parents, known, unknown));
    for (int level = 0; !unknown.isEmpty() && level < LEVELS_MAX; level++) {
      List<FoldedRun> found = reader.findRuns(unknown, Set.of());
      known.addAll(unknown);
      unknown.clear();
      found.forEach(run -> note(run, parents, known, unknown));
    }
    requireNoCircle(parents);
  }

  private static void note(
      FoldedRun run, Map<RunId, RunId> parents, Set<RunId> known, Set<RunId> unknown) {
    if (run.parent() != null) {
      RunId parent = run.parent().runId();
      parents.put(run.runId(), parent);
      if (!known.contains(parent)) {
        unknown.add(parent);
      }
    }
  }

  private static void requireNoCircle(Map<RunId, RunId> parents) {
    Set<RunId> ended = new HashSet<>();
    for (RunId start : parents.keySet()) {
      Set<RunId> climbed = new HashSet<>();
      for (RunId at = start; at != null && !ended.contains(at); at = parents.get(at)) {
        if (!climbed.add(at)) {
          throw BrokerException.of(
                  ErrorReason.ERROR_REASON_INVALID_FILE, "run " + at + " is its own ancestor")
              .with("run_id", at);
        }
      }
      ended.addAll(climbed);
    }
  }
}
