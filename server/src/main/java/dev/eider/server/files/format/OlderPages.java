package dev.eider.server.files.format;

import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.store.row.LargeRows;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads pages of older files, by the row's number in the order {@code t, rowid}. It finds the rows
 * of a page first, in the narrow columns of that order. Used by one thread.
 */
final class OlderPages implements RunPages {
  private static final String ORDER = "ORDER BY TRY_CAST(t AS INTEGER), rowid";

  private static final String PAGE =
      """
      FROM events WHERE rowid IN (
        SELECT rowid FROM events WHERE CAST(run_id AS VARCHAR) = ? %s LIMIT ? OFFSET ?)
      %s
      """
          .formatted(ORDER, ORDER);

  private static final String BOUNDS =
      """
      SELECT
        count(*) FILTER (TRY_CAST(t AS INTEGER) < ?),
        count(*) FILTER (TRY_CAST(t AS INTEGER) <= ?)
      FROM events WHERE CAST(run_id AS VARCHAR) = ?
      """;

  private final ScratchDatabase database;
  private final FileRules rules;
  private final String original;

  /**
   * @param original the run's id in the file
   */
  OlderPages(ScratchDatabase database, FileRules rules, String original) {
    this.database = database;
    this.rules = rules;
    this.original = original;
  }

  @Override
  public List<SequencedEvent> read(RunId runId, long afterSeq, int eventsMax, long bytesMax)
      throws SQLException {
    PageLengths lengths = new PageLengths(bytesMax);
    try (PreparedStatement statement =
            prepare("strlen(CAST(payload_json AS VARCHAR))", afterSeq, eventsMax);
        ResultSet rows = database.query(statement)) {
      lengths.read(rows);
    }
    List<SequencedEvent> events = new ArrayList<>(lengths.count());
    LargeRows.append(
        lengths.longest(),
        () -> {
          try (PreparedStatement statement = prepare(OlderRows.COLUMNS, afterSeq, lengths.count());
              ResultSet rows = database.query(statement)) {
            return readEvents(runId, afterSeq, rows, bytesMax, events);
          }
        });
    return events;
  }

  /**
   * Reads the events, up to the page's bytes: an event may be larger than its text, so the page may
   * end before the last row.
   *
   * @return how many bytes they have
   */
  private long readEvents(
      RunId runId, long afterSeq, ResultSet rows, long bytesMax, List<SequencedEvent> events)
      throws SQLException {
    long seq = afterSeq;
    long bytes = 0;
    while (bytes < bytesMax && rows.next()) {
      seq++;
      EncodedEvent event = OlderRows.row(RowCursor.Key.of(runId, seq), rows, rules).get();
      bytes += event.bytes().length;
      events.add(SequencedEvent.of(runId, seq, event.bytes()));
    }
    return bytes;
  }

  private PreparedStatement prepare(String columns, long afterSeq, int rowsMax)
      throws SQLException {
    PreparedStatement statement =
        database.connection().prepareStatement("SELECT " + columns + " " + PAGE);
    statement.setString(1, original);
    statement.setInt(2, rowsMax);
    statement.setLong(3, afterSeq);
    return statement;
  }

  /** Returns the range of the turns that match: they are in order, so it has no gaps. */
  @Override
  public SeqRange range(RunId runId, EventMatcher matcher) throws SQLException {
    if (matcher.tMin() == Integer.MIN_VALUE && matcher.tMax() == Integer.MAX_VALUE) {
      return SeqRange.ALL;
    }
    try (PreparedStatement statement = database.connection().prepareStatement(BOUNDS)) {
      statement.setInt(1, matcher.tMin());
      statement.setInt(2, matcher.tMax());
      statement.setString(3, original);
      try (ResultSet rows = database.query(statement)) {
        rows.next();
        return new SeqRange(rows.getLong(1), rows.getLong(2));
      }
    }
  }
}
