package dev.eider.server.store;

import dev.eider.server.run.EventMatcher;
import dev.eider.server.run.PackedEvents;
import dev.eider.server.run.RunId;
import dev.eider.server.run.SequencedEvent;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.PagePlan.Place;
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
   * Of an event. Both steps take rows in the order in which they are stored, which is nearly always
   * theirs: sorting them costs DuckDB more. The text is left where it is not used.
   */
  static final String EVENT_COLUMNS =
      "seq, event_size, event_rest,"
          + " CASE WHEN octet_length(event_rest) < event_size THEN encode(payload_json) END";

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
   * @param bytesMax of all of them; they end with the event that reaches it
   */
  static List<ColdPage> read(
      Connection connection, String table, PageQuery query, int eventsMax, long bytesMax)
      throws SQLException, MissingEventsException {
    List<Place> found = measure(connection, table, query, eventsMax);
    List<Place> places = upTo(bytesMax, found);
    if (places.isEmpty()) {
      return List.of(new ColdPage(PackedEvents.NONE, query.untilSeq(), query.fromPosition()));
    }
    PagePlan plan = new PagePlan(query.runId(), places, query.eventsMax(), query.bytesMax());
    fill(connection, table, query, plan);
    boolean isFull = found.size() == eventsMax || places.size() < found.size();
    return plan.pages(isFull ? plan.last().seq() : query.untilSeq());
  }

  /** Says which events there are, in seq order. */
  private static List<Place> measure(
      Connection connection, String table, PageQuery query, int eventsMax) throws SQLException {
    boolean isFiltered = !query.matcher().equals(EventMatcher.ALL);
    // Without a filter no more seqs are wanted than events, and there is none behind a missing one.
    long untilSeq =
        isFiltered ? query.untilSeq() : Math.min(query.untilSeq(), query.afterSeq() + eventsMax);
    SqlParameters sql =
        from(
            "SELECT seq, position, event_size",
            table,
            query,
            untilSeq,
            query.fromPosition(),
            query.untilPosition());
    if (isFiltered) {
      sql.add("ORDER BY seq LIMIT ?", eventsMax);
    }
    List<Place> places = new ArrayList<>();
    boolean isSorted = true;
    long lastSeq = 0;
    try (PreparedStatement statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        Place place = new Place(rows.getLong(1), rows.getLong(2), rows.getInt(3));
        isSorted &= place.seq() > lastSeq;
        lastSeq = place.seq();
        places.add(place);
      }
    }
    if (!isSorted) {
      places.sort(Comparator.comparingLong(Place::seq));
    }
    return places;
  }

  /** Cuts off what comes after the event that reaches so many bytes. */
  private static List<Place> upTo(long bytesMax, List<Place> places) {
    long bytes = 0;
    for (int i = 0; i < places.size(); i++) {
      bytes += places.get(i).size();
      if (bytes >= bytesMax) {
        return places.subList(0, i + 1);
      }
    }
    return places;
  }

  private static void fill(Connection connection, String table, PageQuery query, PagePlan plan)
      throws SQLException, MissingEventsException {
    SqlParameters sql =
        from(
            "SELECT " + EVENT_COLUMNS,
            table,
            query,
            plan.last().seq(),
            plan.first().position(),
            plan.last().position());
    boolean isExpected = true;
    try (PreparedStatement statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        byte[] text = rows.getBytes(4);
        isExpected &= plan.fill(rows.getLong(1), rows.getBytes(3), text == null ? NO_TEXT : text);
      }
    }
    if (!isExpected || !plan.isFilled()) {
      throw new MissingEventsException(
          "%s has other events up to seq %d than were measured"
              .formatted(query.runId(), plan.last().seq()));
    }
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
}
