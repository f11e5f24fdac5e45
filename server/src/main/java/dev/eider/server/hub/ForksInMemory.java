package dev.eider.server.hub;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Which of the runs in memory were forked from which run. Owned by the sequencer thread. */
final class ForksInMemory {
  private final Map<RunId, Set<RunId>> byParent = new HashMap<>();

  Collection<RunId> of(RunId parentId) {
    return byParent.getOrDefault(parentId, Set.of());
  }

  void add(FoldedRun run) {
    Parent parent = run.parent();
    if (parent != null) {
      byParent.computeIfAbsent(parent.runId(), id -> new LinkedHashSet<>()).add(run.runId());
    }
  }

  void remove(FoldedRun run) {
    Parent parent = run.parent();
    if (parent != null) {
      byParent.computeIfPresent(
          parent.runId(),
          (id, forks) -> {
            forks.remove(run.runId());
            return forks.isEmpty() ? null : forks;
          });
    }
  }
}
