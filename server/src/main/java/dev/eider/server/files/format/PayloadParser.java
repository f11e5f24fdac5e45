package dev.eider.server.files.format;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.UnknownFieldSet;
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
import org.jspecify.annotations.Nullable;

/**
 * Parses payload_json to a typed payload. Strict with what every payload has: each such field must
 * be present and of its type; only snapshot and profile_name may be missing or null. What came
 * later is taken where it has its type. Everything else goes into the event's attributes, so that
 * nothing is lost: a field that the payload does not know, and of a kind that is none of the nine
 * the whole text. Used by one thread.
 */
final class PayloadParser {
  /** The field of Event, never that of a payload, that stands for a kind that is none of ours. */
  private static final int UNKNOWN_KIND_FIELD = 999;

  private static final UnknownFieldSet UNKNOWN_KIND =
      UnknownFieldSet.newBuilder()
          .addField(
              UNKNOWN_KIND_FIELD,
              UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.EMPTY).build())
          .build();

  private static final String PARENT_RUN_ID = "parent_run_id";

  private final PayloadFields fields;

  private PayloadParser(PayloadFields fields) {
    this.fields = fields;
  }

  /**
   * Fills in payload and attributes.
   *
   * @return how many integers came in as another number, since no double holds them
   */
  static long parse(@Nullable String json, Event.Builder event) throws PayloadException {
    if (json == null) {
      throw new PayloadException("is NULL");
    }
    JsonObject.Parsed parsed = JsonObject.parse(json);
    PayloadFields fields = new PayloadFields(parsed.struct());
    String kind = fields.text("kind");
    if (!EventKind.ALL.contains(kind) || kind.equals(EventKind.UNKNOWN)) {
      event.setUnknownFields(UNKNOWN_KIND).setAttributes(unknown(kind, json));
      return 0;
    }
    new PayloadParser(fields).fill(kind, event);
    if (!fields.rest().isEmpty()) {
      event.setAttributes(Struct.newBuilder().putAllFields(fields.rest()));
    }
    return parsed.inexactCount();
  }

  private static Struct unknown(String kind, String json) {
    return Struct.newBuilder()
        .putFields("kind", Value.newBuilder().setStringValue(kind).build())
        .putFields("payload_json", Value.newBuilder().setStringValue(json).build())
        .build();
  }

  private void fill(String kind, Event.Builder event) throws PayloadException {
    switch (kind) {
      case EventKind.TURN_START -> event.setTurnStart(turnStart());
      case EventKind.OBSERVATION -> event.setObservation(observation());
      case EventKind.LLM_PROMPT -> event.setLlmPrompt(llmPrompt());
      case EventKind.LLM_RESPONSE -> event.setLlmResponse(llmResponse());
      case EventKind.ACTION ->
          event.setAction(
              ActionPayload.newBuilder()
                  .setIndexInTurn(fields.whole("index_in_turn"))
                  .setAction(PayloadFields.object("action", fields.take("action"))));
      case EventKind.ACTION_RESULT -> event.setActionResult(actionResult());
      case EventKind.WORLD_MUTATION -> event.setWorldMutation(worldMutation());
      case EventKind.FORK -> event.setFork(fork());
      case EventKind.METRIC ->
          event.setMetric(
              MetricPayload.newBuilder()
                  .setName(fields.text("name"))
                  .setValue(fields.number("value")));
      default -> throw new IllegalArgumentException(kind);
    }
  }

  private ObservationPayload observation() throws PayloadException {
    ObservationPayload.Builder observation =
        ObservationPayload.newBuilder()
            .setEntityCount(fields.whole("entity_count"))
            .addAllClasses(fields.texts("classes"));
    fields.ifText("text", observation::setText);
    return observation.build();
  }

  private LlmPromptPayload llmPrompt() throws PayloadException {
    LlmPromptPayload.Builder prompt =
        LlmPromptPayload.newBuilder().setStateSummary(fields.text("state_summary"));
    fields.ifObjects("messages", prompt::addAllMessages);
    return prompt.build();
  }

  private LlmResponsePayload llmResponse() throws PayloadException {
    LlmResponsePayload.Builder response =
        LlmResponsePayload.newBuilder()
            .addAllActions(fields.objects("actions"))
            .setReasoning(fields.text("reasoning"))
            .setCostUsd(fields.number("cost_usd"));
    fields.ifText("model", response::setModel);
    fields.ifWhole("input_tokens", 0, response::setInputTokens);
    fields.ifWhole("output_tokens", 0, response::setOutputTokens);
    fields.ifAmount("latency_ms", response::setLatencyMs);
    return response.build();
  }

  private ActionResultPayload actionResult() throws PayloadException {
    ActionResultPayload.Builder result =
        ActionResultPayload.newBuilder()
            .setIndexInTurn(fields.whole("index_in_turn"))
            .setActionType(fields.text("action_type"))
            .setStateChanged(fields.flag("state_changed"));
    fields.ifAny("output", result::setOutput);
    fields.ifText("error", result::setError);
    return result.build();
  }

  private WorldMutationPayload worldMutation() throws PayloadException {
    WorldMutationPayload.Builder mutation =
        WorldMutationPayload.newBuilder()
            .setBeforeSummary(fields.text("before_summary"))
            .setAfterSummary(fields.text("after_summary"))
            .setReason(fields.text("reason"));
    fields.ifObject("merge_patch", mutation::setMergePatch);
    fields.ifObjects("json_patch", mutation::addAllJsonPatch);
    fields.ifFlag("replacement", mutation::setReplacement);
    return mutation.build();
  }

  /** Names the parent by the id that it gets here; an id of its file that is another is kept. */
  private ForkPayload fork() throws PayloadException {
    String original = fields.text(PARENT_RUN_ID);
    String parentId = MappedRunIds.idOf(original);
    ForkPayload.Builder fork =
        ForkPayload.newBuilder()
            .setParentRunId(parentId)
            .setParentT(fields.whole("parent_t"))
            .setMutationSummary(fields.text("mutation_summary"));
    fields.ifWhole("parent_seq", 1, fork::setParentSeq);
    Value snapshot = fields.rest().get("snapshot");
    if (snapshot != null && snapshot.hasStructValue()) {
      fields.rest().remove("snapshot");
      fork.setSnapshot(snapshot(snapshot.getStructValue()));
    }
    if (!parentId.equals(original)) {
      fields
          .rest()
          .put("original_" + PARENT_RUN_ID, Value.newBuilder().setStringValue(original).build());
    }
    return fork.build();
  }

  private TurnStartPayload turnStart() throws PayloadException {
    TurnStartPayload.Builder turn =
        TurnStartPayload.newBuilder().setTurnNum(fields.whole("turn_num"));
    Value snapshot = fields.takeOrNull("snapshot");
    if (snapshot != null) {
      turn.setSnapshot(snapshot(PayloadFields.object("snapshot", snapshot)));
    }
    Value profile = fields.takeOrNull("profile_name");
    if (profile != null) {
      turn.setProfileName(PayloadFields.text("profile_name", profile));
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
}
