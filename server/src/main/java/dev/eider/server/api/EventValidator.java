package dev.eider.server.api;

import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.run.RunView;
import dev.eider.v1.ActionResultPayload;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import dev.eider.v1.ForkPayload;
import dev.eider.v1.LlmResponsePayload;
import dev.eider.v1.ObservationPayload;
import dev.eider.v1.TurnStartPayload;
import dev.eider.v1.WorldMutationPayload;
import dev.eider.v1.WorldStateSnapshot;
import java.util.List;
import java.util.function.Supplier;

/** Checks events against the rules of event.proto and fills in what the daemon fills in. Pure. */
public final class EventValidator {
  private static final long TIMESTAMP_SECONDS_MIN = -62_135_596_800L;
  private static final long TIMESTAMP_SECONDS_MAX = 253_402_300_799L;
  private static final int PAYLOAD_FIELD_NUMBER_MIN = 20;
  private static final int MEDIA_TYPE_CHARS_MAX = 256;

  private final ErrorReason reason;
  private final Supplier<String> path;

  private EventValidator(ErrorReason reason, Supplier<String> path) {
    this.reason = reason;
    this.path = path;
  }

  /** Checks {@code events[index]} and completes it; its time, if not given, is {@code nowUs}. */
  public static Event complete(Event event, int index, long nowUs) {
    new EventValidator(ErrorReason.ERROR_REASON_INVALID_EVENT, () -> "events[" + index + "]")
        .check(event);
    return completed(event, nowUs);
  }

  /** Checks an event that is to be stored as it is; {@code where} names it in a refusal. */
  static void check(Event event, String where) {
    new EventValidator(ErrorReason.ERROR_REASON_INVALID_EVENT, () -> where).check(event);
  }

  /** Checks a snapshot that is part of another request. */
  public static void checkSnapshot(WorldStateSnapshot snapshot, String path) {
    EventValidator validator =
        new EventValidator(ErrorReason.ERROR_REASON_INVALID_REQUEST, () -> path);
    validator.require(
        snapshot.getBodyCase() != WorldStateSnapshot.BodyCase.BODY_NOT_SET,
        "body",
        "either state or opaque must be set");
    validator.snapshot("", snapshot);
  }

  /** Checks a Struct that is part of another request. */
  public static void checkStruct(Struct struct, String path) {
    new EventValidator(ErrorReason.ERROR_REASON_INVALID_REQUEST, () -> path).struct("", struct);
  }

  /** Checks a Value that is part of another request. */
  public static void checkValue(Value value, String path) {
    new EventValidator(ErrorReason.ERROR_REASON_INVALID_REQUEST, () -> path).value("", value);
  }

  static boolean isValid(Timestamp time) {
    return time.getSeconds() >= TIMESTAMP_SECONDS_MIN
        && time.getSeconds() <= TIMESTAMP_SECONDS_MAX
        && time.getNanos() >= 0
        && time.getNanos() < 1_000_000_000;
  }

  private static Event completed(Event event, long nowUs) {
    boolean hasSortedClasses =
        !event.hasObservation() || isSortedAndUnique(event.getObservation().getClassesList());
    if (event.hasTs() && event.getSchemaVersion() != 0 && hasSortedClasses) {
      return event;
    }
    Event.Builder completed = event.toBuilder();
    if (!event.hasTs()) {
      completed.setTs(RunView.timestamp(nowUs));
    }
    if (event.getSchemaVersion() == 0) {
      completed.setSchemaVersion(1);
    }
    if (!hasSortedClasses) {
      ObservationPayload.Builder observation = completed.getObservationBuilder();
      List<String> classes = observation.getClassesList().stream().sorted().distinct().toList();
      observation.clearClasses().addAllClasses(classes);
    }
    return completed.build();
  }

  private static boolean isSortedAndUnique(List<String> texts) {
    for (int i = 1; i < texts.size(); i++) {
      if (texts.get(i - 1).compareTo(texts.get(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  private void check(Event event) {
    String problem = PlainText.problemOfAgentId(event.getAgentId());
    require(problem == null, "agent_id", String.valueOf(problem));
    atLeastZero("t", event.getT());
    require(!event.hasTs() || isValid(event.getTs()), "ts", "must be a time from year 1 to 9999");
    schemaVersion(event.getSchemaVersion());
    struct("attributes", event.getAttributes());
    switch (event.getPayloadCase()) {
      case TURN_START -> turnStart(event.getTurnStart());
      case OBSERVATION ->
          atLeastZero("observation.entity_count", event.getObservation().getEntityCount());
      case LLM_RESPONSE -> llmResponse(event.getLlmResponse());
      case ACTION -> {
        atLeastZero("action.index_in_turn", event.getAction().getIndexInTurn());
        struct("action.action", event.getAction().getAction());
      }
      case ACTION_RESULT -> actionResult(event.getActionResult());
      case METRIC -> {
        require(!event.getMetric().getName().isEmpty(), "metric.name", "must not be empty");
        finite("metric.value", event.getMetric().getValue());
      }
      case FORK -> fork(event.getFork());
      case WORLD_MUTATION -> worldMutation(event.getWorldMutation());
      case PAYLOAD_NOT_SET ->
          require(
              event.getUnknownFields().asMap().keySet().stream()
                  .anyMatch(number -> number >= PAYLOAD_FIELD_NUMBER_MIN),
              "payload",
              "exactly one payload must be set");
      case LLM_PROMPT -> structs("llm_prompt.messages", event.getLlmPrompt().getMessagesList());
    }
  }

  /** Requires a version that fits the column; on the wire it has one bit more. */
  private void schemaVersion(int version) {
    if (version < 0) {
      throw refusal(
              "schema_version",
              "must be at most 2147483647; it is " + Integer.toUnsignedString(version))
          .with("limit", Integer.MAX_VALUE);
    }
  }

  private void turnStart(TurnStartPayload turnStart) {
    atLeastZero("turn_start.turn_num", turnStart.getTurnNum());
    if (turnStart.hasSnapshot()) {
      snapshot("turn_start.snapshot.", turnStart.getSnapshot());
    }
  }

  private void llmResponse(LlmResponsePayload response) {
    structs("llm_response.actions", response.getActionsList());
    finite("llm_response.cost_usd", response.getCostUsd());
    atLeastZero("llm_response.input_tokens", response.getInputTokens());
    atLeastZero("llm_response.output_tokens", response.getOutputTokens());
    finite("llm_response.latency_ms", response.getLatencyMs());
    require(
        response.getLatencyMs() >= 0,
        "llm_response.latency_ms",
        "must be at least 0; it is " + response.getLatencyMs());
  }

  private void actionResult(ActionResultPayload result) {
    atLeastZero("action_result.index_in_turn", result.getIndexInTurn());
    if (result.hasOutput()) {
      value("action_result.output", result.getOutput());
    }
  }

  private void fork(ForkPayload fork) {
    require(RunId.isValid(fork.getParentRunId()), "fork.parent_run_id", "must be a run id");
    atLeastZero("fork.parent_t", fork.getParentT());
    require(
        !fork.hasParentSeq() || fork.getParentSeq() >= 1,
        "fork.parent_seq",
        "must be at least 1; it is " + fork.getParentSeq());
    if (fork.hasSnapshot()) {
      snapshot("fork.snapshot.", fork.getSnapshot());
    }
  }

  private void worldMutation(WorldMutationPayload mutation) {
    struct("world_mutation.merge_patch", mutation.getMergePatch());
    structs("world_mutation.json_patch", mutation.getJsonPatchList());
  }

  private void snapshot(String prefix, WorldStateSnapshot snapshot) {
    struct(prefix + "state", snapshot.getState());
    require(
        snapshot.getMediaType().length() <= MEDIA_TYPE_CHARS_MAX,
        prefix + "media_type",
        "must be at most " + MEDIA_TYPE_CHARS_MAX + " characters");
  }

  private void structs(String field, List<Struct> structs) {
    for (int i = 0; i < structs.size(); i++) {
      struct(field + "[" + i + "]", structs.get(i));
    }
  }

  private void struct(String field, Struct struct) {
    for (Value value : struct.getFieldsMap().values()) {
      value(field, value);
    }
  }

  private void value(String field, Value value) {
    switch (value.getKindCase()) {
      case NUMBER_VALUE -> finite(field, value.getNumberValue());
      case STRUCT_VALUE -> struct(field, value.getStructValue());
      case LIST_VALUE -> value.getListValue().getValuesList().forEach(v -> value(field, v));
      case KIND_NOT_SET ->
          require(false, field, "holds a value without a kind; JSON null is null_value");
      case NULL_VALUE, STRING_VALUE, BOOL_VALUE -> {}
    }
  }

  private void atLeastZero(String field, long value) {
    if (value < 0) {
      throw refusal(field, "must be at least 0; it is " + value);
    }
  }

  private void finite(String field, double value) {
    if (!Double.isFinite(value)) {
      throw refusal(field, "must be a finite number; it is " + value);
    }
  }

  private void require(boolean holds, String field, String problem) {
    if (!holds) {
      throw refusal(field, problem);
    }
  }

  private BrokerException refusal(String field, String problem) {
    String parent = path.get();
    String where = field.isEmpty() || parent.isEmpty() ? parent + field : parent + "." + field;
    return BrokerException.ofField(reason, where, problem);
  }
}
