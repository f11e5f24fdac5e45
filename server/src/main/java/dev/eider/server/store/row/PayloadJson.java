package dev.eider.server.store.row;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.google.protobuf.Struct;
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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes an event's payload and attributes as SQL sees them. A payload has {@code "kind"} first,
 * then every field in field order: of those that each payload has, an absent one as null, of those
 * that came later only what is there. What a newer client added is in the event's bytes only.
 */
public final class PayloadJson {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          // As text, like every other character; the default is a pair of escapes.
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .build();
  private static final int BYTES_EXPECTED = 512;

  /**
   * The payload of a larger event is written twice, the first time only to find out how long the
   * text is: control characters take six bytes each, and a buffer that grows to it would need
   * several times as much.
   */
  private static final int MEASURED_BYTES_MIN = 1 << 20;

  private PayloadJson() {}

  /**
   * Writes the payload of an event, in UTF-8.
   *
   * @param encodedBytes how long the event is as it is encoded
   */
  public static byte[] of(Event event, int encodedBytes) {
    return bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("kind", EventKind.of(event));
          writeFields(json, event);
          json.writeEndObject();
        },
        encodedBytes);
  }

  /** Writes the attributes of an event, in UTF-8; returns null for one without. */
  public static byte @Nullable [] attributes(Event event, int encodedBytes) {
    return event.hasAttributes()
        ? bytes(json -> StructJson.write(json, event.getAttributes()), encodedBytes)
        : null;
  }

  private static byte[] bytes(Json written, int encodedBytes) {
    if (encodedBytes < MEASURED_BYTES_MIN) {
      ByteArrayOutputStream text = new ByteArrayOutputStream(BYTES_EXPECTED);
      write(written, text);
      return text.toByteArray();
    }
    Length length = new Length();
    write(written, length);
    Exactly text = new Exactly(length.bytes);
    write(written, text);
    return text.bytes;
  }

  private static void write(Json written, OutputStream target) {
    try (JsonGenerator json = JSON.createGenerator(target)) {
      written.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes everything", e);
    }
  }

  private static void writeFields(JsonGenerator json, Event event) throws IOException {
    switch (event.getPayloadCase()) {
      case TURN_START -> writeTurnStart(json, event.getTurnStart());
      case OBSERVATION -> writeObservation(json, event.getObservation());
      case LLM_PROMPT -> writeLlmPrompt(json, event.getLlmPrompt());
      case LLM_RESPONSE -> writeLlmResponse(json, event.getLlmResponse());
      case ACTION -> writeAction(json, event.getAction());
      case ACTION_RESULT -> writeActionResult(json, event.getActionResult());
      case WORLD_MUTATION -> writeWorldMutation(json, event.getWorldMutation());
      case FORK -> writeFork(json, event.getFork());
      case METRIC -> writeMetric(json, event.getMetric());
      case PAYLOAD_NOT_SET -> {
        // A kind that this daemon does not know has no fields to name.
      }
    }
  }

  private static void writeTurnStart(JsonGenerator json, TurnStartPayload turn) throws IOException {
    json.writeNumberField("turn_num", turn.getTurnNum());
    json.writeFieldName("snapshot");
    writeSnapshot(json, turn.getSnapshot());
    if (turn.hasProfileName()) {
      json.writeStringField("profile_name", turn.getProfileName());
    } else {
      json.writeNullField("profile_name");
    }
  }

  private static void writeSnapshot(JsonGenerator json, WorldStateSnapshot snapshot)
      throws IOException {
    switch (snapshot.getBodyCase()) {
      case STATE -> StructJson.write(json, snapshot.getState());
      case OPAQUE -> {
        json.writeStartObject();
        json.writeBinaryField("opaque", snapshot.getOpaque().toByteArray());
        json.writeStringField("media_type", snapshot.getMediaType());
        json.writeEndObject();
      }
      case BODY_NOT_SET -> json.writeNull();
    }
  }

  private static void writeObservation(JsonGenerator json, ObservationPayload observation)
      throws IOException {
    json.writeNumberField("entity_count", observation.getEntityCount());
    json.writeArrayFieldStart("classes");
    for (String name : observation.getClassesList()) {
      json.writeString(name);
    }
    json.writeEndArray();
    if (observation.hasText()) {
      json.writeStringField("text", observation.getText());
    }
  }

  private static void writeLlmPrompt(JsonGenerator json, LlmPromptPayload prompt)
      throws IOException {
    json.writeStringField("state_summary", prompt.getStateSummary());
    if (prompt.getMessagesCount() > 0) {
      writeObjects(json, "messages", prompt.getMessagesList());
    }
  }

  private static void writeObjects(JsonGenerator json, String name, List<Struct> objects)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (Struct object : objects) {
      StructJson.write(json, object);
    }
    json.writeEndArray();
  }

  private static void writeLlmResponse(JsonGenerator json, LlmResponsePayload response)
      throws IOException {
    writeObjects(json, "actions", response.getActionsList());
    json.writeStringField("reasoning", response.getReasoning());
    json.writeFieldName("cost_usd");
    StructJson.writeDouble(json, response.getCostUsd());
    if (response.hasModel()) {
      json.writeStringField("model", response.getModel());
    }
    if (response.hasInputTokens()) {
      json.writeNumberField("input_tokens", response.getInputTokens());
    }
    if (response.hasOutputTokens()) {
      json.writeNumberField("output_tokens", response.getOutputTokens());
    }
    if (response.hasLatencyMs()) {
      json.writeFieldName("latency_ms");
      StructJson.writeDouble(json, response.getLatencyMs());
    }
  }

  private static void writeAction(JsonGenerator json, ActionPayload action) throws IOException {
    json.writeNumberField("index_in_turn", action.getIndexInTurn());
    json.writeFieldName("action");
    if (action.hasAction()) {
      StructJson.write(json, action.getAction());
    } else {
      json.writeNull();
    }
  }

  private static void writeActionResult(JsonGenerator json, ActionResultPayload result)
      throws IOException {
    json.writeNumberField("index_in_turn", result.getIndexInTurn());
    json.writeStringField("action_type", result.getActionType());
    json.writeBooleanField("state_changed", result.getStateChanged());
    if (result.hasOutput()) {
      json.writeFieldName("output");
      StructJson.writeValue(json, result.getOutput());
    }
    if (result.hasError()) {
      json.writeStringField("error", result.getError());
    }
  }

  private static void writeWorldMutation(JsonGenerator json, WorldMutationPayload mutation)
      throws IOException {
    json.writeStringField("before_summary", mutation.getBeforeSummary());
    json.writeStringField("after_summary", mutation.getAfterSummary());
    json.writeStringField("reason", mutation.getReason());
    if (mutation.hasMergePatch()) {
      json.writeFieldName("merge_patch");
      StructJson.write(json, mutation.getMergePatch());
    }
    if (mutation.getJsonPatchCount() > 0) {
      json.writeArrayFieldStart("json_patch");
      for (Struct operation : mutation.getJsonPatchList()) {
        StructJson.write(json, operation);
      }
      json.writeEndArray();
    }
    if (mutation.hasReplacement()) {
      json.writeBooleanField("replacement", mutation.getReplacement());
    }
  }

  private static void writeFork(JsonGenerator json, ForkPayload fork) throws IOException {
    json.writeStringField("parent_run_id", fork.getParentRunId());
    json.writeNumberField("parent_t", fork.getParentT());
    json.writeStringField("mutation_summary", fork.getMutationSummary());
    if (fork.hasParentSeq()) {
      json.writeNumberField("parent_seq", fork.getParentSeq());
    }
    if (fork.hasSnapshot()) {
      json.writeFieldName("snapshot");
      writeSnapshot(json, fork.getSnapshot());
    }
  }

  private static void writeMetric(JsonGenerator json, MetricPayload metric) throws IOException {
    json.writeStringField("name", metric.getName());
    json.writeFieldName("value");
    StructJson.writeDouble(json, metric.getValue());
  }

  /** What is written. */
  private interface Json {
    void write(JsonGenerator json) throws IOException;
  }

  /** Counts what is written. */
  private static final class Length extends OutputStream {
    private int bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      bytes += length;
    }
  }

  /** Takes exactly as many bytes as it was made for. */
  private static final class Exactly extends OutputStream {
    private final byte[] bytes;
    private int used;

    Exactly(int length) {
      bytes = new byte[length];
    }

    @Override
    public void write(int b) {
      bytes[used++] = (byte) b;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      System.arraycopy(source, offset, bytes, used, length);
      used += length;
    }
  }
}
