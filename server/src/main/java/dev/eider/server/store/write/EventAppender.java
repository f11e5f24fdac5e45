package dev.eider.server.store.write;

import static dev.eider.server.base.Invariants.require;

import dev.eider.server.store.EventRow;
import dev.eider.server.store.connection.Schema;
import dev.eider.server.store.row.EventColumns;
import dev.eider.server.store.row.EventDelta;
import dev.eider.server.store.row.LargeRows;
import dev.eider.server.store.row.PayloadJson;
import dev.eider.v1.Event;
import java.sql.SQLException;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Appends events to the events table. */
public final class EventAppender {
  private EventAppender() {}

  /** Appends within the connection's open transaction; owned by the thread that calls. */
  static void append(DuckDBConnection connection, List<EventRow> rows, CheckpointBudget budget)
      throws SQLException {
    try (DuckDBAppender appender = connection.createAppender(Schema.TABLES, "events")) {
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
  public static long appendRow(DuckDBAppender appender, EventRow row) throws SQLException {
    Event event = row.event();
    byte[] encoded = row.encoded().bytes();
    byte[] json = PayloadJson.of(event, encoded.length);
    byte[] attributes = PayloadJson.attributes(event, encoded.length);
    byte[] delta = EventDelta.of(encoded, EventDelta.text(json, attributes));
    appender.beginRow();
    EventColumns.append(appender, row.runId(), row.seq(), event, json, attributes);
    appender.append(row.position()).append(delta).append(encoded.length).endRow();
    return (long) json.length + (attributes == null ? 0 : attributes.length) + delta.length;
  }
}
