package dev.eider.server.store;

import dev.eider.server.run.EventMatcher;
import dev.eider.server.run.RunId;
import dev.eider.server.run.SequencedEvent;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads pages of a run in two steps: where the page ends, from narrow columns only, and then the
 * events up to there.
 *
 * <p>DuckDB hands out a result as a whole, in memory outside the Java heap. Asking for 1,000 events
 * at once would take a gigabyte where each holds a large snapshot; knowing the end first keeps a
 * page to {@code bytesMax} and one event. It also narrows the second step to the positions that the
 * page covers, since positions grow with seq. Both steps see the same events, because those are
 * never changed; unless their run is deleted between the two, which the second step notices.
 */
final class EventPages {
  /**
   * In the order in which they are stored, which is nearly always theirs: sorting them in DuckDB
   * would hold up the first until the last is read. The text is left where it is not used.
   */
  static final String EVENT_COLUMNS =
      "seq, event_size, event_rest,"
          + " CASE WHEN octet_length(event_rest) < event_size THEN encode(payload_json) END";

  private static final byte[] NO_TEXT = new byte[0];

  private EventPages() {}

  /**
   * @param table events or kept_events
   */
  static ColdPage read(Connection connection, String table, PageQuery query)
      throws SQLException, MissingEventsException {
    // Without a filter no more seqs are wanted than events, and there is none behind a missing one.
    long untilSeq =
        query.matcher().equals(EventMatcher.ALL)
            ? Math.min(query.untilSeq(), query.afterSeq() + query.eventsMax())
            : query.untilSeq();
    Extent extent = measure(connection, table, query, untilSeq);
    if (extent.count == 0) {
      return new ColdPage(List.of(), query.untilSeq(), query.fromPosition());
    }
    long scannedSeq = extent.isFull ? extent.lastSeq : query.untilSeq();
    return new ColdPage(events(connection, table, query, extent), scannedSeq, extent.lastPosition);
  }

  private static Extent measure(Connection connection, String table, PageQuery query, long untilSeq)
      throws SQLException {
    SqlParameters sql =
        from(
                "SELECT seq, position, event_size",
                table,
                query,
                untilSeq,
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

  private static List<SequencedEvent> events(
      Connection connection, String table, PageQuery query, Extent extent)
      throws SQLException, MissingEventsException {
    SqlParameters sql =
        from(
            "SELECT " + EVENT_COLUMNS,
            table,
            query,
            extent.lastSeq,
            extent.firstPosition,
            extent.lastPosition);
    List<SequencedEvent> events = new ArrayList<>(extent.count);
    boolean isSorted = true;
    long lastSeq = query.afterSeq();
    try (PreparedStatement statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        SequencedEvent event = event(query.runId(), rows, 1);
        isSorted &= event.seq() > lastSeq;
        lastSeq = event.seq();
        events.add(event);
      }
    }
    if (!isSorted) {
      events.sort(Comparator.comparingLong(SequencedEvent::seq));
    }
    if (events.size() != extent.count) {
      throw new MissingEventsException(
          "%s has %d events up to seq %d where %d were measured"
              .formatted(query.runId(), events.size(), extent.lastSeq, extent.count));
    }
    return events;
  }

  /** The event of a row that has {@link #EVENT_COLUMNS} from column {@code first} on. */
  static SequencedEvent event(RunId runId, ResultSet row, int first) throws SQLException {
    long seq = row.getLong(first);
    int size = row.getInt(first + 1);
    byte[] rest = row.getBytes(first + 2);
    byte[] text = row.getBytes(first + 3);
    return SequencedEvent.of(
        runId, seq, EventRest.restored(rest, text == null ? NO_TEXT : text, size));
  }

  private static SqlParameters from(
      String select,
      String table,
      PageQuery query,
      long untilSeq,
      long fromPosition,
      long untilPosition) {
    SqlParameters sql =
        new SqlParameters(select)
            .add("FROM " + table + " WHERE run_id = ?", query.runId().value())
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
