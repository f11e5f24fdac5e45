package dev.eider.cli;

import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import java.util.List;
import java.util.Optional;

/**
 * The first action of a branch that the original did not see. Immutable.
 *
 * @param original how the same player's same action went there
 */
record Parting(int turn, String agent, String original, String branch) {

  /** Compares action results from a turn on, in which both began alike but for a mutation. */
  static Optional<Parting> find(
      List<EventEnvelope> original, List<EventEnvelope> branch, int fromTurn) {
    List<Event> left = results(original, fromTurn);
    List<Event> right = results(branch, fromTurn);
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      Event there = left.get(i);
      Event here = right.get(i);
      if (!EventLine.story(there).equals(EventLine.story(here))) {
        return Optional.of(
            new Parting(
                here.getT(), here.getAgentId(), EventLine.story(there), EventLine.story(here)));
      }
    }
    return Optional.empty();
  }

  static List<Event> results(List<EventEnvelope> run, int fromTurn) {
    return run.stream()
        .map(EventEnvelope::getEvent)
        .filter(event -> event.hasActionResult() && event.getT() >= fromTurn)
        .toList();
  }
}
