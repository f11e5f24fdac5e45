package dev.eider.server.store.file;

import dev.eider.server.run.RunId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Goes over the rows of a file by run and seq, without what they hold: DuckDB hands out 2,048 wide
 * rows at once, which may be more than there is memory. So what they hold is read a page at a time,
 * by row id. Used by one thread.
 */
final class RowCursor implements AutoCloseable {
  private final DuckDBConnection connection;
  private final PreparedStatement statement;
  private final ResultSet rows;
  private final long bytesMax;
  private @Nullable Key ahead;
  private long seq;
  private String runId = "";

  /**
   * @param sql gives run_id, seq (or NULL: counted), row id, length, and event time in microseconds
   * @param bytesMax the longest row
   */
  RowCursor(ScratchDatabase database, String sql, long bytesMax) throws SQLException {
    this.bytesMax = bytesMax;
    connection = database.duplicate();
    try {
      statement = connection.prepareStatement(sql);
      rows = database.query(statement);
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** The next rows, up to a number and a sum of lengths, or one longer row; empty at the end. */
  List<Key> page(int rowsMax, long pageBytesMax) throws SQLException {
    List<Key> page = new ArrayList<>();
    long bytes = 0;
    Key next = peek();
    while (next != null
        && page.size() < rowsMax
        && (page.isEmpty() || bytes + next.bytes() <= pageBytesMax)) {
      page.add(next);
      bytes += next.bytes();
      ahead = null;
      next = peek();
    }
    return page;
  }

  private @Nullable Key peek() throws SQLException {
    if (ahead == null && rows.next()) {
      ahead = key();
    }
    return ahead;
  }

  private Key key() throws SQLException {
    String id = rows.getString(1);
    if (id == null) {
      throw FileFaults.invalid("a row of events has no run_id");
    }
    seq = id.equals(runId) ? seq + 1 : 1;
    runId = id;
    long given = rows.getLong(2);
    long number = rows.wasNull() ? seq : given;
    long rowId = rows.getLong(3);
    long bytes = rows.getLong(4);
    if (rows.wasNull()) {
      throw FileFaults.ofRow(id, number, "it holds no event");
    }
    if (bytes > bytesMax) {
      throw FileFaults.ofRow(
          id,
          number,
          "it holds %d bytes, more than request-bytes-max, %d".formatted(bytes, bytesMax));
    }
    long tsUs = rows.getLong(5);
    if (rows.wasNull()) {
      throw FileFaults.ofRow(id, number, "ts is NULL");
    }
    return new Key(id, number, rowId, bytes, tsUs);
  }

  @Override
  public void close() throws SQLException {
    rows.close();
    statement.close();
    connection.close();
  }

  /** Where a row is. */
  record Key(String runId, long seq, long rowId, long bytes, long tsUs) {
    /** Says whether it belongs to a run before another. */
    boolean isBefore(RunId other) {
      return runId.compareTo(other.value()) < 0;
    }
  }

  /** A page's rows by row id: a range that holds them, and the ids. */
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
