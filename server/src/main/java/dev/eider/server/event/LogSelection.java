package dev.eider.server.event;

import java.util.Map;

/** A filter over the events of all runs, which must have all of these labels. Immutable. */
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
