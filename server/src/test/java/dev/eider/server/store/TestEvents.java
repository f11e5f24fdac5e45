package dev.eider.server.store;

import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.eider.v1.ActionPayload;
import dev.eider.v1.ActionResultPayload;
import dev.eider.v1.Event;
import dev.eider.v1.ForkPayload;
import dev.eider.v1.LlmPromptPayload;
import dev.eider.v1.LlmResponsePayload;
import dev.eider.v1.MetricPayload;
import dev.eider.v1.ObservationPayload;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldMutationPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.util.List;

/** Events as the broker hands them on: complete. */
public final class TestEvents {
  public static final long BASE_SECONDS = 1_767_225_600L; // 2026-01-01T00:00:00Z

  private TestEvents() {}

  public static Event.Builder event(String agentId, int t) {
    return Event.newBuilder()
        .setAgentId(agentId)
        .setT(t)
        .setSchemaVersion(1)
        .setTs(Timestamp.newBuilder().setSeconds(BASE_SECONDS + t).setNanos(123_456_789));
  }

  public static Event turnStart(String agentId, int t) {
    WorldStateSnapshot snapshot =
        WorldStateSnapshot.newBuilder().setState(struct("gold", number(10 * t))).build();
    return event(agentId, t)
        .setTurnStart(TurnStartPayload.newBuilder().setTurnNum(t).setSnapshot(snapshot))
        .build();
  }

  public static Event observation(String agentId, int t, int entities, String... classes) {
    return event(agentId, t)
        .setObservation(
            ObservationPayload.newBuilder()
                .setEntityCount(entities)
                .addAllClasses(List.of(classes)))
        .build();
  }

  public static Event prompt(String agentId, int t, String summary) {
    return event(agentId, t)
        .setLlmPrompt(LlmPromptPayload.newBuilder().setStateSummary(summary))
        .build();
  }

  public static Event response(
      String agentId, int t, String reasoning, double costUsd, Struct... actions) {
    return event(agentId, t)
        .setLlmResponse(
            LlmResponsePayload.newBuilder()
                .setReasoning(reasoning)
                .setCostUsd(costUsd)
                .addAllActions(List.of(actions)))
        .build();
  }

  public static Event action(String agentId, int t, int index, Struct action) {
    return event(agentId, t)
        .setAction(ActionPayload.newBuilder().setIndexInTurn(index).setAction(action))
        .build();
  }

  public static Event actionResult(String agentId, int t, int index, String type, boolean changed) {
    return event(agentId, t)
        .setActionResult(
            ActionResultPayload.newBuilder()
                .setIndexInTurn(index)
                .setActionType(type)
                .setStateChanged(changed))
        .build();
  }

  public static Event mutation(int t, String before, String after, String reason) {
    return event("", t)
        .setWorldMutation(
            WorldMutationPayload.newBuilder()
                .setBeforeSummary(before)
                .setAfterSummary(after)
                .setReason(reason))
        .build();
  }

  public static Event fork(String parentRunId, int parentT, String summary) {
    return event("", parentT)
        .setFork(
            ForkPayload.newBuilder()
                .setParentRunId(parentRunId)
                .setParentT(parentT)
                .setMutationSummary(summary))
        .build();
  }

  public static Event metric(String agentId, int t, String name, double value) {
    return event(agentId, t)
        .setMetric(MetricPayload.newBuilder().setName(name).setValue(value))
        .build();
  }

  public static Struct struct(String name, Value value) {
    return Struct.newBuilder().putFields(name, value).build();
  }

  public static Value number(double value) {
    return Value.newBuilder().setNumberValue(value).build();
  }

  public static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }
}
