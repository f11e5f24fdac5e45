package dev.eider.it;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.v1.Event;
import dev.eider.v1.LlmPromptPayload;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.util.List;
import java.util.stream.IntStream;

/** Small events for tests that do not care what is in them. */
public final class Events {
  private Events() {}

  public static Event metric(String agentId, int t, String name, double value) {
    return Event.newBuilder()
        .setAgentId(agentId)
        .setT(t)
        .setMetric(MetricPayload.newBuilder().setName(name).setValue(value))
        .build();
  }

  /** Metrics whose values count up from a number. */
  public static List<Event> metrics(int count, long firstValue) {
    return IntStream.range(0, count).mapToObj(i -> metric("", 0, "n", firstValue + i)).toList();
  }

  public static Event prompt(int t, String text) {
    return Event.newBuilder()
        .setT(t)
        .setLlmPrompt(LlmPromptPayload.newBuilder().setStateSummary(text))
        .build();
  }

  public static Event turnStart(String agentId, int t) {
    return Event.newBuilder()
        .setAgentId(agentId)
        .setT(t)
        .setTurnStart(TurnStartPayload.newBuilder().setTurnNum(t))
        .build();
  }

  public static Event turnStart(String agentId, int t, WorldStateSnapshot snapshot) {
    Event.Builder event = turnStart(agentId, t).toBuilder();
    event.getTurnStartBuilder().setSnapshot(snapshot);
    return event.build();
  }

  /** A world with some gold in it. */
  public static WorldStateSnapshot gold(double gold) {
    return WorldStateSnapshot.newBuilder()
        .setState(Struct.newBuilder().putFields("gold", number(gold)))
        .build();
  }

  public static Value number(double value) {
    return Value.newBuilder().setNumberValue(value).build();
  }

  public static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }
}
