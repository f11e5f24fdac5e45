package dev.eider.server.event;

import java.util.Map;

/**
 * Which events of all runs somebody wants. Immutable.
 *
 * @param matcher what an event must be
 * @param runLabels labels that its run must have with these values, all of them
 */
public record LogSelection(EventMatcher matcher, Map<String, String> runLabels) {
  /** Every event. */
  public static final LogSelection ALL = new LogSelection(EventMatcher.ALL, Map.of());

  public LogSelection {
    runLabels = Map.copyOf(runLabels);
  }

  /** Says whether a run with these labels is wanted. */
  public boolean matchesRun(Map<String, String> labels) {
    return labels.entrySet().containsAll(runLabels.entrySet());
  }
}
