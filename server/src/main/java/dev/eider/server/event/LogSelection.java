package dev.eider.server.event;

import java.util.Map;

/**
 * A filter over the events of all runs. Immutable.
 *
 * @param matcher the filter for the event itself
 * @param runLabels labels that its run must have with these values, all of them
 */
public record LogSelection(EventMatcher matcher, Map<String, String> runLabels) {
  /** Every event. */
  public static final LogSelection ALL = new LogSelection(EventMatcher.ALL, Map.of());

  public LogSelection {
    runLabels = Map.copyOf(runLabels);
  }

  /** Returns whether a run with these labels matches. */
  public boolean matchesRun(Map<String, String> labels) {
    return labels.entrySet().containsAll(runLabels.entrySet());
  }
}
