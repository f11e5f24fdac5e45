package dev.eider.server.files.format;

import dev.eider.server.event.RunId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the keys of a file's rows by run and seq: DuckDB hands out 2,048 wide rows at once,
 * which may not fit into memory, so the rows themselves are read a page at a time, by row id. Used
 * by one thread.
 */
final class RowCursor implements AutoCloseable {
  private static final int KEYS_AT_ONCE = 1_000;

  private final ScratchDatabase database;
  private final @Nullable DuckDBConnection connection;
  private final PreparedStatement statement;
  private final Deque<Key> ahead = new ArrayDeque<>();
  private final long bytesMax;

  /** The result of a cursor over a stream; null for one that queries page by page. */
  private @Nullable ResultSet stream;

  private long nextRowId;
  private long seq;
  private String runId = "";

  private RowCursor(
      ScratchDatabase database,
      @Nullable DuckDBConnection connection,
      PreparedStatement statement,
      long bytesMax) {
    this.database = database;
    this.connection = connection;
    this.statement = statement;
    this.bytesMax = bytesMax;
  }

  /**
   * Returns a cursor over the answer of a query, on a connection of its own.
   *
   * @param sql answers run_id, seq (NULL to count), row id, length, event time in microseconds;
   *     rows without a run_id come as those of a run without an id
   * @param bytesMax the longest row
   */
  static RowCursor ofStream(ScratchDatabase database, String sql, long bytesMax)
      throws SQLException {
    DuckDBConnection connection = database.duplicate();
    try {
      PreparedStatement statement = connection.prepareStatement(sql);
      RowCursor cursor = new RowCursor(database, connection, statement, bytesMax);
      cursor.stream = database.query(statement);
      return cursor;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * Returns a cursor over a table that only the database's own connection sees, by row id.
   *
   * @param sql answers the same, from a row id on and up to a number of rows
   */
  static RowCursor ofPages(ScratchDatabase database, String sql, long bytesMax)
      throws SQLException {
    PreparedStatement statement = database.connection().prepareStatement(sql);
    return new RowCursor(database, null, statement, bytesMax);
  }

  /**
   * Returns the next rows, up to a number and a sum of lengths, or one longer row; none at the end.
   */
  List<Key> page(int rowsMax, long pageBytesMax) throws SQLException {
    List<Key> page = new ArrayList<>();
    long bytes = 0;
    Key next = peek();
    while (next != null
        && page.size() < rowsMax
        && (page.isEmpty() || bytes + next.bytes() <= pageBytesMax)) {
      page.add(next);
      bytes += next.bytes();
      ahead.remove();
      next = peek();
    }
    return page;
  }

  private @Nullable Key peek() throws SQLException {
    if (ahead.isEmpty()) {
      ResultSet open = stream;
      if (open != null) {
        readAhead(open);
      } else {
        statement.setLong(1, nextRowId);
        statement.setInt(2, KEYS_AT_ONCE);
        try (ResultSet rows = database.query(statement)) {
          readAhead(rows);
        }
      }
    }
    return ahead.peek();
  }

  private void readAhead(ResultSet rows) throws SQLException {
    while (ahead.size() < KEYS_AT_ONCE && rows.next()) {
      Key key = key(rows);
      nextRowId = key.rowId() + 1;
      ahead.add(key);
    }
  }

  private Key key(ResultSet rows) throws SQLException {
    String given = rows.getString(1);
    String id = given == null ? "" : given;
    seq = id.equals(runId) ? seq + 1 : 1;
    runId = id;
    long givenSeq = rows.getLong(2);
    long number = rows.wasNull() ? seq : givenSeq;
    long rowId = rows.getLong(3);
    long bytes = rows.getLong(4);
    @Nullable String problem = given == null ? "its run_id is NULL" : null;
    if (rows.wasNull()) {
      problem = "it holds no event";
    } else if (bytes > bytesMax) {
      problem = "it holds %d bytes, more than request-bytes-max, %d".formatted(bytes, bytesMax);
    }
    long tsUs = rows.getLong(5);
    if (rows.wasNull()) {
      problem = "ts is NULL, or no time from year 1 to 9999";
    }
    return new Key(id, number, rowId, problem == null ? bytes : 0, tsUs, problem);
  }

  @Override
  public void close() throws SQLException {
    if (stream != null) {
      stream.close();
    }
    statement.close();
    if (connection != null) {
      connection.close();
    }
  }

  /**
   * The key of a row.
   *
   * @param problem why the row cannot be read; null if it can
   */
  record Key(String runId, long seq, long rowId, long bytes, long tsUs, @Nullable String problem) {
    static Key of(RunId runId, long seq) {
      return new Key(runId.value(), seq, 0, 0, 0, null);
    }

    /** Returns whether the row belongs to a run before another. */
    boolean isBefore(RunId other) {
      return runId.compareTo(other.value()) < 0;
    }
  }

  /** Returns the condition for a page's rows: a range of row ids, and the ids if it has gaps. */
  static String where(List<Key> keys) {
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (Key key : keys) {
      min = Math.min(min, key.rowId());
      max = Math.max(max, key.rowId());
    }
    String range = "WHERE rowid >= %d AND rowid <= %d".formatted(min, max);
    if (max - min + 1 == keys.size()) {
      return range;
    }
    StringBuilder ids = new StringBuilder();
    keys.forEach(key -> ids.append(ids.isEmpty() ? "" : ", ").append(key.rowId()));
    return range + " AND rowid IN (" + ids + ")";
  }
}
