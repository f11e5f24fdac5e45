package dev.eider.server.store.write;

import static dev.eider.server.base.Invariants.require;

import dev.eider.server.store.EventRow;
import dev.eider.server.store.row.EventDelta;
import dev.eider.server.store.row.EventTimes;
import dev.eider.server.store.row.LargeRows;
import dev.eider.server.store.row.PayloadJson;
import dev.eider.v1.Event;
import java.sql.SQLException;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Appends events to the events table. */
final class EventAppender {
  private EventAppender() {}

  /** Appends within the connection's open transaction; owned by the thread that calls. */
  static void append(DuckDBConnection connection, List<EventRow> rows, CheckpointBudget budget)
      throws SQLException {
    try (DuckDBAppender appender = connection.createAppender("events")) {
      EventRow previous = null;
      for (EventRow row : rows) {
        require(comesAfter(previous, row), "%s %d is out of order", row.runId(), row.seq());
        int bytes = row.encoded().bytes().length;
        budget.spend(LargeRows.append(bytes, () -> appendRow(appender, row)));
        previous = row;
      }
      // close() would swallow a failure.
      appender.flush();
    }
  }

  private static boolean comesAfter(@Nullable EventRow previous, EventRow row) {
    if (previous == null) {
      return true;
    }
    int order = previous.runId().compareTo(row.runId());
    return order < 0 || (order == 0 && previous.seq() < row.seq());
  }

  /**
   * Appends one row; several forms of a wide column are in memory at a time.
   *
   * @return how many bytes its wide columns have
   */
  static long appendRow(DuckDBAppender appender, EventRow row) throws SQLException {
    Event event = row.event();
    byte[] encoded = row.encoded().bytes();
    byte[] json = PayloadJson.of(event, encoded.length);
    byte[] delta = EventDelta.of(encoded, json);
    appender
        .beginRow()
        .append(row.position())
        .append(row.runId().value())
        .append(row.seq())
        .append(event.getAgentId())
        .append(event.getT())
        .append(row.encoded().kind())
        .append(json)
        .appendEpochMicros(EventTimes.micros(event.getTs()))
        .append(event.getSchemaVersion())
        .append(delta)
        .append(encoded.length);
    appendNumbers(appender, event);
    appender.endRow();
    return (long) json.length + delta.length;
  }

  private static void appendNumbers(DuckDBAppender appender, Event event) throws SQLException {
    if (event.hasMetric()) {
      appender.append(event.getMetric().getName());
      appendNumber(appender, event.getMetric().getValue());
    } else {
      appender.appendNull().appendNull();
    }
    if (event.hasLlmResponse()) {
      appendNumber(appender, event.getLlmResponse().getCostUsd());
    } else {
      appender.appendNull();
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
