package dev.eider.server.store.row;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.server.event.EventKind;
import dev.eider.server.event.RunId;
import dev.eider.v1.Event;
import dev.eider.v1.LlmResponsePayload;
import java.sql.SQLException;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/**
 * The columns of an event that callers see in SQL, the same in the store and in files of runs.
 *
 * <p>The first seven are the older single-table format. After {@code attributes} come those that
 * are filtered and summed most, out of payload and attributes, NULL for other kinds, which takes
 * next to no room.
 */
public final class EventColumns {
  /** The columns in the order of {@link #append}, for CREATE TABLE. */
  public static final String DEFINITIONS =
      """
      run_id VARCHAR, agent_id VARCHAR, t INTEGER, kind VARCHAR,
      payload_json VARCHAR USING COMPRESSION zstd, ts TIMESTAMP, schema_version INTEGER,
      seq BIGINT, attributes VARCHAR USING COMPRESSION zstd,
      metric_name VARCHAR, metric_value DOUBLE, cost_usd DOUBLE,
      model VARCHAR, input_tokens BIGINT, output_tokens BIGINT, latency_ms DOUBLE,
      index_in_turn INTEGER, action_type VARCHAR, state_changed BOOLEAN, error VARCHAR""";

  // https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/
  private static final List<String> MODEL =
      List.of("gen_ai.response.model", "gen_ai.request.model");
  private static final String INPUT_TOKENS = "gen_ai.usage.input_tokens";
  private static final String OUTPUT_TOKENS = "gen_ai.usage.output_tokens";

  private static final double LONG_MAX = 0x1p63;

  private EventColumns() {}

  /**
   * Appends the columns to a row that has begun.
   *
   * @param json of {@link PayloadJson}
   * @param attributes of {@link PayloadJson}, or null
   */
  public static void append(
      DuckDBAppender appender,
      RunId runId,
      long seq,
      Event event,
      byte[] json,
      byte @Nullable [] attributes)
      throws SQLException {
    appender
        .append(runId.value())
        .append(event.getAgentId())
        .append(event.getT())
        .append(EventKind.of(event))
        .append(json)
        .appendEpochMicros(EventTimes.micros(event.getTs()))
        .append(event.getSchemaVersion())
        .append(seq);
    if (attributes == null) {
      appender.appendNull();
    } else {
      appender.append(attributes);
    }
    appendMetric(appender, event);
    appendLlmCall(appender, event);
    appendAction(appender, event);
  }

  private static void appendMetric(DuckDBAppender appender, Event event) throws SQLException {
    if (event.hasMetric()) {
      appender.append(event.getMetric().getName());
      appendNumber(appender, event.getMetric().getValue());
    } else {
      appender.appendNull().appendNull();
    }
  }

  private static void appendLlmCall(DuckDBAppender appender, Event event) throws SQLException {
    if (!event.hasLlmResponse()) {
      appender.appendNull().appendNull().appendNull().appendNull().appendNull();
      return;
    }
    LlmResponsePayload response = event.getLlmResponse();
    Struct attributes = event.getAttributes();
    appendNumber(appender, response.getCostUsd());
    appender.append(response.hasModel() ? response.getModel() : model(attributes));
    appendCount(
        appender,
        response.hasInputTokens()
            ? (Long) response.getInputTokens()
            : count(attributes, INPUT_TOKENS));
    appendCount(
        appender,
        response.hasOutputTokens()
            ? (Long) response.getOutputTokens()
            : count(attributes, OUTPUT_TOKENS));
    if (response.hasLatencyMs()) {
      appendNumber(appender, response.getLatencyMs());
    } else {
      appender.appendNull();
    }
  }

  private static @Nullable String model(Struct attributes) {
    for (String name : MODEL) {
      Value value = attributes.getFieldsMap().get(name);
      if (value != null && value.hasStringValue()) {
        return value.getStringValue();
      }
    }
    return null;
  }

  private static @Nullable Long count(Struct attributes, String name) {
    Value value = attributes.getFieldsMap().get(name);
    if (value == null || !value.hasNumberValue()) {
      return null;
    }
    double number = value.getNumberValue();
    return number == Math.rint(number) && Math.abs(number) < LONG_MAX ? (Long) (long) number : null;
  }

  private static void appendAction(DuckDBAppender appender, Event event) throws SQLException {
    if (event.hasAction()) {
      appender.append(event.getAction().getIndexInTurn()).appendNull().appendNull().appendNull();
    } else if (event.hasActionResult()) {
      appender
          .append(event.getActionResult().getIndexInTurn())
          .append(event.getActionResult().getActionType())
          .append(event.getActionResult().getStateChanged())
          .append(event.getActionResult().hasError() ? event.getActionResult().getError() : null);
    } else {
      appender.appendNull().appendNull().appendNull().appendNull();
    }
  }

  private static void appendCount(DuckDBAppender appender, @Nullable Long count)
      throws SQLException {
    if (count == null) {
      appender.appendNull();
    } else {
      appender.append(count);
    }
  }

  /** Appends a number, or null for NaN and infinities, as in {@link PayloadJson}. */
  private static void appendNumber(DuckDBAppender appender, double number) throws SQLException {
    if (Double.isFinite(number)) {
      appender.append(number);
    } else {
      appender.appendNull();
    }
  }
}
