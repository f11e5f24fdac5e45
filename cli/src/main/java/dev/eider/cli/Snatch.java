package dev.eider.cli;

import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import java.util.List;
import java.util.Optional;

/**
 * A gain that one player made in a branch and another had made in the original. Immutable.
 *
 * @param story what both did
 * @param turn when it was done in the branch
 * @param loser who had done it in the original
 * @param loserTurn when it was done in the original
 */
record Snatch(String story, int turn, String loser, int loserTurn) {

  /** Finds the first gain of {@code agent} in the branch that was another's in the original. */
  static Optional<Snatch> find(
      List<EventEnvelope> original, List<EventEnvelope> branch, int fromTurn, String agent) {
    List<Event> before = Parting.results(original, fromTurn);
    for (Event gain : Parting.results(branch, fromTurn)) {
      if (!gain.getAgentId().equals(agent) || EventLine.gained(gain) == 0) {
        continue;
      }
      String story = EventLine.story(gain);
      for (Event other : before) {
        if (!other.getAgentId().equals(agent) && EventLine.story(other).equals(story)) {
          return Optional.of(new Snatch(story, gain.getT(), other.getAgentId(), other.getT()));
        }
      }
    }
    return Optional.empty();
  }
}
