package dev.eider.it.testkit.workload;

import com.google.protobuf.ByteString;
import dev.eider.it.Events;
import dev.eider.it.RawEnvelope;
import dev.eider.it.testkit.StoredEvent;
import dev.eider.v1.Event;
import dev.eider.v1.TurnStartPayload;
import java.util.Random;

/** Events that say who they are, and whether they are still what they were. */
public final class Plays {
  /** Events without a turn of their own have these, 0 to 3. */
  public static final int TURNS = 4;

  private Plays() {}

  /** Makes a metric or, of every fourth id, a text of up to so many characters. */
  public static Event event(String agentId, String id, int textCharsMax) {
    int hash = id.hashCode();
    int t = Math.floorMod(hash / TURNS, TURNS);
    return Math.floorMod(hash, 4) == 0
        ? Events.prompt(t, text(id, Math.floorMod(hash, textCharsMax)))
        : Events.metric(agentId, t, id, hash);
  }

  /** Makes text that does not compress and can be made again from the id that it begins with. */
  private static String text(String id, int charsMin) {
    Random random = new Random(id.hashCode());
    StringBuilder text = new StringBuilder(id).append(' ');
    while (text.length() < charsMin) {
      text.append(Integer.toString(random.nextInt() >>> 1, 36));
    }
    return text.toString();
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

  /** Takes an event that came without its envelope. */
  public static StoredEvent stored(String runId, long seq, byte[] event) {
    return stored(new RawEnvelope(runId, seq, ByteString.copyFrom(event), ByteString.EMPTY));
  }

  public static StoredEvent stored(RawEnvelope envelope) {
    Event event = envelope.parsedEvent();
    return StoredEvent.of(
        envelope.seq(),
        idOf(envelope.runId(), event),
        envelope.event().toByteArray(),
        event.getPayloadCase().name(),
        event.getT());
  }

  private static String idOf(String runId, Event event) {
    switch (event.getPayloadCase()) {
      case METRIC:
        String name = event.getMetric().getName();
        return intact(name, event.getMetric().getValue() == name.hashCode());
      case LLM_PROMPT:
        String text = event.getLlmPrompt().getStateSummary();
        String id = text.split(" ", 2)[0];
        return intact(id, text.equals(text(id, text.length())));
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
