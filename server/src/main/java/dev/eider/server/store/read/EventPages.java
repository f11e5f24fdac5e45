package dev.eider.server.store.read;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.PackedEvents;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.MissingEventsException;
import dev.eider.server.store.read.PageBuilder.Row;
import dev.eider.server.store.row.EventDelta;
import dev.eider.server.store.sql.SqlParameters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads pages of a run in two steps: first how many events make the bytes that are wanted, from
 * narrow columns only, then these events.
 *
 * <p>DuckDB materializes a result as a whole, outside the Java heap. 1,000 events that each hold a
 * large snapshot would take a gigabyte; knowing their size first keeps it to {@code bytesMax} and
 * one event. It also narrows the second step to the positions that the pages cover, since positions
 * grow with seq. Both steps see the same events, because events never change; unless their run is
 * deleted between the two, which the second step notices.
 */
final class EventPages {
  /** The columns of an event. The text is not read where the delta does not copy from it. */
  static final String EVENT_COLUMNS =
      "seq, event_size, event_rest,"
          + " CASE WHEN octet_length(event_rest) < event_size THEN encode(CASE WHEN attributes IS NULL"
          + " THEN payload_json ELSE payload_json || attributes END) END";

  private static final byte[] NO_TEXT = new byte[0];

  private EventPages() {}

  /**
   * Reads one page.
   *
   * @param table events or kept_events
   */
  static ColdPage read(Connection connection, String table, PageQuery query)
      throws SQLException, MissingEventsException {
    return read(connection, table, query, query.eventsMax(), query.bytesMax()).get(0);
  }

  /**
   * Reads pages that follow each other.
   *
   * @param table events or kept_events
   * @param eventsMax of all of them
   * @param bytesMax of all of them; the last ends with the event that reaches it
   */
  static List<ColdPage> read(
      Connection connection, String table, PageQuery query, int eventsMax, long bytesMax)
      throws SQLException, MissingEventsException {
    Extent extent = measure(connection, table, query, eventsMax, Long.MAX_VALUE);
    boolean isFull = extent.count == eventsMax;
    if (extent.bytes > bytesMax) {
      int count = extent.count;
      extent = measure(connection, table, query, eventsMax, bytesMax);
      isFull |= extent.count < count;
    }
    if (extent.count == 0) {
      return List.of(new ColdPage(PackedEvents.NONE, query.untilSeq(), query.fromPosition()));
    }
    PageBuilder pages = events(connection, table, query, extent, "");
    if (pages == null) {
      pages = events(connection, table, query, extent, "ORDER BY seq");
    }
    if (pages == null || pages.count() != extent.count) {
      throw new MissingEventsException(
          "%s has other events up to seq %d than were measured"
              .formatted(query.runId(), extent.lastSeq));
    }
    return pages.pages(isFull ? extent.lastSeq : query.untilSeq());
  }

  /**
   * Measures the events up to the one that reaches {@code bytesMax}. Finding that one costs more
   * than adding up all of them.
   */
  private static Extent measure(
      Connection connection, String table, PageQuery query, int eventsMax, long bytesMax)
      throws SQLException {
    boolean isWhole = query.matcher().equals(EventMatcher.ALL);
    // Without a filter no more seqs are wanted than events, and there is none behind a missing one.
    long untilSeq =
        isWhole ? Math.min(query.untilSeq(), query.afterSeq() + eventsMax) : query.untilSeq();
    SqlParameters sql =
        from(
            "SELECT count(*), sum(event_size)::BIGINT, max(seq), min(position), max(position)"
                + " FROM (FROM (SELECT seq, position, event_size",
            table,
            query,
            untilSeq,
            query.fromPosition(),
            query.untilPosition());
    if (!isWhole) {
      sql.add("ORDER BY seq LIMIT ?", eventsMax);
    }
    sql.add(")");
    if (bytesMax < Long.MAX_VALUE) {
      sql.add(
          "QUALIFY sum(event_size) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) - event_size < ?",
          bytesMax);
    }
    sql.add(")");
    try (PreparedStatement statement = sql.prepare(connection);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return new Extent(
          row.getInt(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5));
    }
  }

  /**
   * Reads the events. Rows come in the order in which they are stored, which is nearly always by
   * seq, and sorting would hold up the first until the last is read.
   *
   * @return null if they did not come in order
   */
  private static @Nullable PageBuilder events(
      Connection connection, String table, PageQuery query, Extent extent, String order)
      throws SQLException {
    SqlParameters sql =
        from(
                "SELECT position, " + EVENT_COLUMNS,
                table,
                query,
                extent.lastSeq,
                extent.firstPosition,
                extent.lastPosition)
            .add(order);
    PageBuilder pages = new PageBuilder(query);
    long lastSeq = query.afterSeq();
    try (PreparedStatement statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        long seq = rows.getLong(2);
        if (seq < lastSeq) {
          return null;
        }
        lastSeq = seq;
        byte[] text = rows.getBytes(5);
        pages.add(
            new Row(
                seq,
                rows.getLong(1),
                rows.getInt(3),
                rows.getBytes(4),
                text == null ? NO_TEXT : text));
      }
    }
    return pages;
  }

  /** Returns the event of a row that has {@link #EVENT_COLUMNS} from column {@code first} on. */
  static SequencedEvent event(RunId runId, ResultSet row, int first) throws SQLException {
    long seq = row.getLong(first);
    int size = row.getInt(first + 1);
    byte[] rest = row.getBytes(first + 2);
    byte[] text = row.getBytes(first + 3);
    return SequencedEvent.of(
        runId, seq, EventDelta.restore(rest, text == null ? NO_TEXT : text, size));
  }

  /** Selects from all the events of a query. */
  static SqlParameters selected(String select, String table, PageQuery query) {
    return from(
        select, table, query, query.untilSeq(), query.fromPosition(), query.untilPosition());
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

  /** The events that match; positions are inclusive. */
  private record Extent(
      int count, long bytes, long lastSeq, long firstPosition, long lastPosition) {}
}
