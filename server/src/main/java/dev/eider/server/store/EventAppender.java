package dev.eider.server.store;

import static dev.eider.server.base.Invariants.require;

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
  static void append(DuckDBConnection connection, List<EventRow> rows) throws SQLException {
    try (DuckDBAppender appender = connection.createAppender("events")) {
      EventRow previous = null;
      for (EventRow row : rows) {
        require(comesAfter(previous, row), "%s %d is out of order", row.runId(), row.seq());
        LargeRows.append(row.encoded().bytes().length, () -> appendRow(appender, row));
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

  private static void appendRow(DuckDBAppender appender, EventRow row) throws SQLException {
    Event event = row.event();
    appender
        .beginRow()
        .append(row.position())
        .append(row.runId().value())
        .append(row.seq())
        .append(event.getAgentId())
        .append(event.getT())
        .append(row.encoded().kind())
        .append(PayloadJson.of(event, row.encoded().bytes().length))
        .appendEpochMicros(EventTimes.micros(event.getTs()))
        .append(event.getSchemaVersion())
        .append(row.encoded().bytes())
        .append(row.encoded().bytes().length)
        .endRow();
  }
}
