package dev.eider.server.store.rewrite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The room that the file takes. Immutable.
 *
 * @param bytes its size as of the last checkpoint
 * @param wastedBytes in blocks that are free, and in the share of the others that deleted events
 *     take
 */
public record FileRoom(long bytes, long wastedBytes) {
  private static final String SQL =
      """
      SELECT block_size, total_blocks, used_blocks, free_blocks,
        (SELECT count(*) FROM events),
        (SELECT estimated_size FROM duckdb_tables()
          WHERE table_name = 'events' AND database_name = current_database())
      FROM pragma_database_size()
      WHERE database_name = current_database()
      """;

  public static FileRoom measure(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SQL)) {
      row.next();
      long blockBytes = row.getLong(1);
      long rows = row.getLong(5);
      long rowsWithDeleted = Math.max(rows, row.getLong(6));
      long usedBytes = blockBytes * row.getLong(3);
      long deadBytes =
          rowsWithDeleted == 0
              ? 0
              : (long) (usedBytes * ((double) (rowsWithDeleted - rows) / rowsWithDeleted));
      return new FileRoom(blockBytes * row.getLong(2), blockBytes * row.getLong(4) + deadBytes);
    }
  }

  public long neededBytes() {
    return bytes - wastedBytes;
  }
}
