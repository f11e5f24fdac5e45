package dev.eider.it.testkit;

import java.util.List;

/**
 * The broker's word for the events of a fork's whole story, its ancestors' and its own. Immutable.
 *
 * @param isWhole whether it was read when nothing more could come, else the end may be missing
 */
public record Timeline(String runId, List<Part> parts, boolean isWhole) {
  /** An event of the run or of one that it inherits from. */
  public record Part(String runId, StoredEvent event) {
    @Override
    public String toString() {
      return runId + " " + event;
    }
  }

  public Timeline {
    parts = List.copyOf(parts);
  }
}
