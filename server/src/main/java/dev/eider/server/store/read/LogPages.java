package dev.eider.server.store.read;

import dev.eider.server.event.LogPlace;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.LogBlock;
import dev.eider.server.store.ColdReader.LogQuery;
import dev.eider.server.store.sql.SqlParameters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads blocks of all events in their order, in two steps: first where the block ends, from narrow
 * columns only, then the events up to there.
 *
 * <p>The rows of a transaction are sorted by run, so a block lies scattered over it: DuckDB scans
 * and unpacks all of the transaction's rows for whatever is read of it. Bounding the positions on
 * both sides keeps that to one transaction, or two. Where nothing matches, the bounds grow, so that
 * sparse events cost few queries.
 *
 * <p>An event that is deleted between the steps is left out, like one that was deleted before.
 */
final class LogPages {
  /** The factor by which the bounds grow, up to {@link #SPANS_MAX} of them in one call. */
  private static final int GROWTH = 4;

  private static final int SPANS_MAX = 4;

  /** The most bytes that an envelope adds to an event and a run id. */
  private static final int ENVELOPE_BYTES = 20;

  private LogPages() {}

  static LogBlock read(Connection connection, LogQuery query) throws SQLException {
    LogPlace from = query.after();
    // A record takes more room in the log than its events in a page: what fits is found at once.
    long span = query.bytesMax() + query.bytesMax() / 2;
    for (int i = 0; i < SPANS_MAX && from.position() < query.untilPosition(); i++) {
      long until =
          span < query.untilPosition() - from.position()
              ? from.position() + span
              : query.untilPosition();
      Extent extent = measure(connection, query, from, until);
      LogPlace last = extent.last;
      if (last != null) {
        LogPlace next = extent.isFull ? last : LogPlace.before(until);
        LogBlock block =
            new LogBlock(new ArrayList<>(), new ArrayList<>(), next, extent.isFull ? 0 : span);
        addEvents(connection, query.selection(), from, last, block);
        return block;
      }
      from = LogPlace.before(until);
      span *= GROWTH;
    }
    return new LogBlock(List.of(), List.of(), from, span);
  }

  private static Extent measure(Connection connection, LogQuery query, LogPlace after, long until)
      throws SQLException {
    SqlParameters sql =
        from("SELECT position, run_id, seq, event_size", query.selection(), after)
            .add("AND position < ?", until)
            .add("ORDER BY position, run_id, seq LIMIT ?", query.eventsMax());
    LogPlace last = null;
    int count = 0;
    long bytes = 0;
    try (PreparedStatement statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        String runId = rows.getString(2);
        bytes += rows.getLong(4) + runId.length();
        bytes += ENVELOPE_BYTES + ColdReader.EVENT_OVERHEAD_BYTES;
        if (count > 0 && bytes > query.bytesMax()) {
          return new Extent(last, true);
        }
        last = new LogPlace(rows.getLong(1), runId, rows.getLong(3));
        count++;
      }
    }
    return new Extent(last, count >= query.eventsMax());
  }

  private static void addEvents(
      Connection connection, LogSelection selection, LogPlace after, LogPlace last, LogBlock block)
      throws SQLException {
    SqlParameters sql =
        from("SELECT position, run_id, " + EventPages.EVENT_COLUMNS, selection, after)
            .add("AND position <= ?", last.position())
            .add("AND (position < ? OR run_id < ?", last.position(), last.runId())
            .add("OR (run_id = ? AND seq <= ?))", last.runId(), last.seq())
            .add("ORDER BY position, run_id, seq");
    try (PreparedStatement statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        RunId runId = new RunId(rows.getString(2));
        SequencedEvent event = EventPages.event(runId, rows, 3);
        block.events().add(event);
        block.places().add(LogPlace.after(rows.getLong(1), runId, event.seq()));
      }
    }
  }

  private static SqlParameters from(String select, LogSelection selection, LogPlace after) {
    SqlParameters sql =
        new SqlParameters(select)
            .add("FROM events WHERE position >= ?", after.position())
            .add("AND (position > ? OR run_id > ?", after.position(), after.runId())
            .add("OR (run_id = ? AND seq > ?))", after.runId(), after.seq());
    EventPages.addMatcher(sql, selection.matcher());
    if (!selection.runLabels().isEmpty()) {
      sql.add("AND run_id IN (SELECT run_id FROM runs WHERE true");
      for (Map.Entry<String, String> label : selection.runLabels().entrySet()) {
        sql.add("AND labels[?] = ?", label.getKey(), label.getValue());
      }
      sql.add(")");
    }
    return sql;
  }

  /**
   * The end of a block.
   *
   * @param last the place of its last event, null if there is none
   * @param isFull whether there may be more after it, within the bounds
   */
  private record Extent(@Nullable LogPlace last, boolean isFull) {}
}
