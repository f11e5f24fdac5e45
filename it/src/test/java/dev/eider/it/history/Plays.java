package dev.eider.it.history;

import dev.eider.it.Events;
import dev.eider.it.RawEnvelope;
import dev.eider.v1.Event;
import dev.eider.v1.TurnStartPayload;

/** Events that say who they are, and whether they are still what they were. */
final class Plays {
  private static final int FILLER_CHARS_MAX = 2000;

  private Plays() {}

  /** A short or a long event, as its id decides. */
  static Event event(String agentId, String id) {
    return Math.floorMod(id.hashCode(), 4) == 0
        ? Events.prompt(0, text(id))
        : Events.metric(agentId, 0, id, id.hashCode());
  }

  private static String text(String id) {
    return id + " " + "x".repeat(Math.floorMod(id.hashCode(), FILLER_CHARS_MAX));
  }

  static Event turnStart(TurnStart turn) {
    Event.Builder event =
        Events.turnStart(turn.agentId(), turn.t(), Events.gold(turn.gold())).toBuilder();
    event.getTurnStartBuilder().setProfileName(turn.id());
    return event.build();
  }

  static String forkId(String childRunId, String parentRunId, int parentT) {
    return "fork/" + childRunId + "/" + parentRunId + "/" + parentT;
  }

  static String mutationId(String childRunId, String reason) {
    return "mutation/" + childRunId + "/" + reason;
  }

  static StoredEvent stored(RawEnvelope envelope) {
    String id = idOf(envelope.runId(), envelope.parsedEvent());
    return StoredEvent.of(envelope.seq(), id, envelope.event().toByteArray());
  }

  private static String idOf(String runId, Event event) {
    switch (event.getPayloadCase()) {
      case METRIC:
        String name = event.getMetric().getName();
        return intact(name, event.getMetric().getValue() == name.hashCode());
      case LLM_PROMPT:
        String text = event.getLlmPrompt().getStateSummary();
        String id = text.split(" ", 2)[0];
        return intact(id, text.equals(text(id)));
      case TURN_START:
        TurnStartPayload turn = event.getTurnStart();
        return intact(turn.getProfileName(), turn.getTurnNum() == event.getT());
      case FORK:
        return forkId(runId, event.getFork().getParentRunId(), event.getFork().getParentT());
      case WORLD_MUTATION:
        return mutationId(runId, event.getWorldMutation().getReason());
      default:
        return "unknown event " + event;
    }
  }

  /** What is damaged gets an id that nobody sent. */
  private static String intact(String id, boolean isIntact) {
    return isIntact ? id : id + ", damaged";
  }
}
