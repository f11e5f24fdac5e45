package dev.eider.server.files.format;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.server.event.EventKind;
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
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses payload_json to a typed payload. Strict: the kind must be one of the nine, and each field
 * present and of its type; only snapshot and profile_name may be missing or null. A field that the
 * payload does not know goes into the event's attributes, so that nothing is lost. Used by one
 * thread.
 */
final class PayloadParser {
  private static final double INT_MAX = Integer.MAX_VALUE;

  private final Map<String, Value> fields;

  private PayloadParser(Map<String, Value> fields) {
    this.fields = fields;
  }

  /** Fills in payload and attributes. */
  static void parse(@Nullable String json, Event.Builder event) throws PayloadException {
    if (json == null) {
      throw new PayloadException("is NULL");
    }
    PayloadParser parser =
        new PayloadParser(new LinkedHashMap<>(JsonObject.parse(json).getFieldsMap()));
    parser.fill(parser.text("kind"), event);
    if (!parser.fields.isEmpty()) {
      event.setAttributes(Struct.newBuilder().putAllFields(parser.fields));
    }
  }

  private void fill(String kind, Event.Builder event) throws PayloadException {
    switch (kind) {
      case EventKind.TURN_START -> event.setTurnStart(turnStart());
      case EventKind.OBSERVATION ->
          event.setObservation(
              ObservationPayload.newBuilder()
                  .setEntityCount(whole("entity_count"))
                  .addAllClasses(texts("classes")));
      case EventKind.LLM_PROMPT ->
          event.setLlmPrompt(LlmPromptPayload.newBuilder().setStateSummary(text("state_summary")));
      case EventKind.LLM_RESPONSE ->
          event.setLlmResponse(
              LlmResponsePayload.newBuilder()
                  .addAllActions(objects("actions"))
                  .setReasoning(text("reasoning"))
                  .setCostUsd(number("cost_usd")));
      case EventKind.ACTION ->
          event.setAction(
              ActionPayload.newBuilder()
                  .setIndexInTurn(whole("index_in_turn"))
                  .setAction(object("action", take("action"))));
      case EventKind.ACTION_RESULT ->
          event.setActionResult(
              ActionResultPayload.newBuilder()
                  .setIndexInTurn(whole("index_in_turn"))
                  .setActionType(text("action_type"))
                  .setStateChanged(flag("state_changed")));
      case EventKind.WORLD_MUTATION ->
          event.setWorldMutation(
              WorldMutationPayload.newBuilder()
                  .setBeforeSummary(text("before_summary"))
                  .setAfterSummary(text("after_summary"))
                  .setReason(text("reason")));
      case EventKind.FORK ->
          event.setFork(
              ForkPayload.newBuilder()
                  .setParentRunId(text("parent_run_id"))
                  .setParentT(whole("parent_t"))
                  .setMutationSummary(text("mutation_summary")));
      case EventKind.METRIC ->
          event.setMetric(
              MetricPayload.newBuilder().setName(text("name")).setValue(number("value")));
      default -> throw new PayloadException("kind is none of the nine: " + kind);
    }
  }

  private TurnStartPayload turnStart() throws PayloadException {
    TurnStartPayload.Builder turn = TurnStartPayload.newBuilder().setTurnNum(whole("turn_num"));
    Value snapshot = takeOrNull("snapshot");
    if (snapshot != null) {
      turn.setSnapshot(snapshot(object("snapshot", snapshot)));
    }
    Value profile = takeOrNull("profile_name");
    if (profile != null) {
      turn.setProfileName(text("profile_name", profile));
    }
    return turn.build();
  }

  /** Returns a snapshot of the state; an opaque one if it has the form that this daemon writes. */
  private static WorldStateSnapshot snapshot(Struct state) throws PayloadException {
    Value none = Value.getDefaultInstance();
    Value opaque = state.getFieldsOrDefault("opaque", none);
    Value mediaType = state.getFieldsOrDefault("media_type", none);
    if (state.getFieldsCount() == 2 && opaque.hasStringValue() && mediaType.hasStringValue()) {
      try {
        byte[] bytes = Base64.getDecoder().decode(opaque.getStringValue());
        return WorldStateSnapshot.newBuilder()
            .setOpaque(ByteString.copyFrom(bytes))
            .setMediaType(mediaType.getStringValue())
            .build();
      } catch (IllegalArgumentException e) {
        throw new PayloadException("snapshot.opaque is no base64");
      }
    }
    return WorldStateSnapshot.newBuilder().setState(state).build();
  }

  private Value take(String name) throws PayloadException {
    Value value = fields.remove(name);
    if (value == null) {
      throw new PayloadException(name + " is missing");
    }
    return value;
  }

  private @Nullable Value takeOrNull(String name) {
    Value value = fields.remove(name);
    return value == null || value.hasNullValue() ? null : value;
  }

  private String text(String name) throws PayloadException {
    return text(name, take(name));
  }

  private static String text(String name, Value value) throws PayloadException {
    require(value.hasStringValue(), name, "a string");
    return value.getStringValue();
  }

  private boolean flag(String name) throws PayloadException {
    Value value = take(name);
    require(value.hasBoolValue(), name, "true or false");
    return value.getBoolValue();
  }

  private double number(String name) throws PayloadException {
    Value value = take(name);
    require(value.hasNumberValue(), name, "a number");
    return value.getNumberValue();
  }

  private int whole(String name) throws PayloadException {
    double number = number(name);
    require(
        number == Math.rint(number) && Math.abs(number) <= INT_MAX,
        name,
        "a whole number of 32 bits");
    return (int) number;
  }

  private List<String> texts(String name) throws PayloadException {
    Set<String> texts = new java.util.TreeSet<>();
    for (Value value : list(name)) {
      texts.add(text(name + "[]", value));
    }
    return List.copyOf(texts);
  }

  private List<Struct> objects(String name) throws PayloadException {
    List<Struct> objects = new java.util.ArrayList<>();
    for (Value value : list(name)) {
      objects.add(object(name + "[]", value));
    }
    return objects;
  }

  private List<Value> list(String name) throws PayloadException {
    Value value = take(name);
    require(value.hasListValue(), name, "a list");
    return value.getListValue().getValuesList();
  }

  private static Struct object(String name, Value value) throws PayloadException {
    require(value.hasStructValue(), name, "an object");
    return value.getStructValue();
  }

  private static void require(boolean holds, String name, String type) throws PayloadException {
    if (!holds) {
      throw new PayloadException(name + " must be " + type);
    }
  }
}
