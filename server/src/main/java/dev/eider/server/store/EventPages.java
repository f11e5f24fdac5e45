package dev.eider.server.store;

import static dev.eider.server.base.Invariants.require;

import dev.eider.server.run.EventMatcher;
import dev.eider.server.run.SequencedEvent;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads pages of a run in two steps: where the page ends, from narrow columns only, and then the
 * events up to there.
 *
 * <p>DuckDB hands out a result as a whole, in memory outside the Java heap. Asking for 1,000 events
 * at once would take a gigabyte where each holds a large snapshot; knowing the end first keeps a
 * page to {@code bytesMax} and one event. It also narrows the second step to the positions that the
 * page covers, since positions grow with seq. Both steps see the same events, because those are
 * never changed.
 */
final class EventPages {
  private EventPages() {}

  static ColdPage read(Connection connection, PageQuery query) throws SQLException {
    Extent extent = measure(connection, query);
    if (extent.count == 0) {
      return new ColdPage(List.of(), query.untilSeq(), query.fromPosition());
    }
    long scannedSeq = extent.isFull ? extent.lastSeq : query.untilSeq();
    return new ColdPage(events(connection, query, extent), scannedSeq, extent.lastPosition);
  }

  private static Extent measure(Connection connection, PageQuery query) throws SQLException {
    SqlParameters sql =
        from(
                "SELECT seq, position, event_size",
                query,
                query.untilSeq(),
                query.fromPosition(),
                query.untilPosition())
            .add("ORDER BY seq LIMIT ?", query.eventsMax());
    int count = 0;
    long bytes = 0;
    long lastSeq = 0;
    long firstPosition = 0;
    long lastPosition = 0;
    try (PreparedStatement statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (bytes < query.bytesMax() && rows.next()) {
        lastSeq = rows.getLong(1);
        lastPosition = rows.getLong(2);
        firstPosition = count == 0 ? lastPosition : firstPosition;
        count++;
        bytes += rows.getLong(3);
      }
    }
    boolean isFull = count == query.eventsMax() || bytes >= query.bytesMax();
    return new Extent(count, isFull, lastSeq, firstPosition, lastPosition);
  }

  private static List<SequencedEvent> events(Connection connection, PageQuery query, Extent extent)
      throws SQLException {
    SqlParameters sql =
        from("SELECT seq, event", query, extent.lastSeq, extent.firstPosition, extent.lastPosition)
            .add("ORDER BY seq");
    List<SequencedEvent> events = new ArrayList<>(extent.count);
    try (PreparedStatement statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        events.add(SequencedEvent.of(query.runId(), rows.getLong(1), rows.getBytes(2)));
      }
    }
    require(
        events.size() == extent.count,
        "%s has %d events up to seq %d where %d were measured",
        query.runId(),
        events.size(),
        extent.lastSeq,
        extent.count);
    return events;
  }

  private static SqlParameters from(
      String select, PageQuery query, long untilSeq, long fromPosition, long untilPosition) {
    SqlParameters sql =
        new SqlParameters(select)
            .add("FROM events WHERE run_id = ?", query.runId().value())
            .add("AND seq > ? AND seq <= ?", query.afterSeq(), untilSeq)
            .add("AND position >= ? AND position <= ?", fromPosition, untilPosition);
    addMatcher(sql, query.matcher());
    return sql;
  }

  /** Adds the conditions of a filter. */
  static void addMatcher(SqlParameters sql, EventMatcher matcher) {
    if (!matcher.kinds().isEmpty()) {
      sql.add("AND kind = ANY(?)", matcher.kinds());
    }
    if (!matcher.agentIds().isEmpty()) {
      sql.add("AND agent_id = ANY(?)", matcher.agentIds());
    }
    if (matcher.tMin() != Integer.MIN_VALUE || matcher.tMax() != Integer.MAX_VALUE) {
      sql.add("AND t >= ? AND t <= ?", matcher.tMin(), matcher.tMax());
    }
  }

  /** What a page covers; positions inclusive. */
  private record Extent(
      int count, boolean isFull, long lastSeq, long firstPosition, long lastPosition) {}
}
