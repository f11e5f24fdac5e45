package dev.eider.server.store.write;

import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.connection.Schema;
import dev.eider.server.store.row.RunMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Writes the runs table. */
final class RunsTable {
  /** The number of rows with the dead ones, the number without them, and the last row id. */
  private static final String ROWS =
      """
      SELECT
        (SELECT estimated_size FROM duckdb_tables()
          WHERE table_name = 'runs' AND database_name = current_database()),
        count(*), max(rowid)
      FROM runs
      """;

  private static final int DEAD_ROWS_MAX = 10_000;
  private static final int DEAD_SHARE_MAX = 3;

  private RunsTable() {}

  /**
   * Rewrites the rows if most of them are dead, since DuckDB keeps the dead rows of a row group as
   * long as one of it lives. Called outside of a transaction.
   */
  static void compact(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      long last;
      try (ResultSet rows = statement.executeQuery(ROWS)) {
        rows.next();
        last = rows.getLong(3);
        if (rows.getLong(1) <= DEAD_ROWS_MAX + DEAD_SHARE_MAX * rows.getLong(2)) {
          return;
        }
      }
      statement.execute("BEGIN TRANSACTION");
      statement.execute("INSERT INTO runs FROM runs WHERE rowid <= " + last);
      statement.execute("DELETE FROM runs WHERE rowid <= " + last);
      statement.execute("COMMIT");
    }
  }

  /**
   * Replaces the rows of runs within the connection's open transaction; owned by the thread that
   * calls. 100 of 100,000 rows take about 10 ms, half of it for finding them.
   *
   * @param persistedPosition the place in the log up to which the table has the runs: those opened
   *     later have no row to be looked for
   */
  static void replace(DuckDBConnection connection, List<FoldedRun> runs, long persistedPosition)
      throws SQLException {
    if (runs.isEmpty()) {
      return;
    }
    Object[] known =
        runs.stream()
            .filter(run -> run.firstPosition() < persistedPosition)
            .map(run -> run.runId().value())
            .toArray();
    if (known.length > 0) {
      try (PreparedStatement delete =
          connection.prepareStatement("DELETE FROM runs WHERE run_id = ANY(?)")) {
        delete.setArray(1, connection.createArrayOf("VARCHAR", known));
        delete.executeUpdate();
      }
    }
    try (DuckDBAppender appender = connection.createAppender(Schema.TABLES, "runs")) {
      for (FoldedRun run : runs) {
        RunMapper.append(appender, run);
      }
      // close() would swallow a failure.
      appender.flush();
    }
  }
}
