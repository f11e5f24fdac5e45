package dev.eider.it;

import dev.eider.v1.Event;
import java.util.List;
import java.util.Map;

/**
 * A real agent run as the events it would have published. Immutable.
 *
 * @param events in publish order
 */
public record RecordedRun(String runId, Map<String, String> labels, List<Event> events) {

  /** How many turns it has; they are 0 to this, exclusive. */
  public int turnCount() {
    return (int) events.stream().filter(Event::hasTurnStart).count();
  }
}
