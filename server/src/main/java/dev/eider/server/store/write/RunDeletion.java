package dev.eider.server.store.write;

import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.row.RunIdHash;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.duckdb.DuckDBConnection;

/**
 * Erases deleted runs within the connection's open transaction.
 *
 * <p>A deleted run moves from {@code runs} to {@code kept_runs}, as a tombstone for the forks that
 * inherit from it, and its events before the last fork point move to {@code kept_events}. Both go
 * as soon as no run that exists descends from it, since no reader can reach them any more. Whether
 * forks need a run is decided here, on the tables as the transaction has left them; so the fold
 * looks at one run at a time.
 */
final class RunDeletion {
  private static final String UNNEEDED =
      """
      WITH RECURSIVE needed AS (
        SELECT DISTINCT parent_run_id AS run_id
        FROM runs
        WHERE parent_run_id IN (SELECT run_id FROM kept_runs)
        UNION
        SELECT kept_runs.parent_run_id
        FROM kept_runs
        JOIN needed ON kept_runs.run_id = needed.run_id
        WHERE kept_runs.parent_run_id IS NOT NULL
      )
      SELECT run_id FROM kept_runs WHERE run_id NOT IN (SELECT run_id FROM needed)
      """;

  private static final String KEEP_INHERITED =
      """
      INSERT INTO kept_events
      SELECT events.*
      FROM events
      JOIN (
        SELECT parent_run_id, max(parent_seq) AS until_seq
        FROM (
          SELECT parent_run_id, parent_seq FROM runs
          UNION ALL
          SELECT parent_run_id, parent_seq FROM kept_runs
        )
        WHERE parent_run_id IN (SELECT unnest(?))
        GROUP BY parent_run_id
      ) AS inherited ON events.run_id = inherited.parent_run_id AND events.seq < inherited.until_seq
      WHERE events.position >= ? AND events.position <= ?
      """;

  private RunDeletion() {}

  /**
   * Erases runs; owned by the thread that calls.
   *
   * @param deleted runs as of their last events; DuckDB may know more of them
   */
  static void apply(DuckDBConnection connection, List<FoldedRun> deleted) throws SQLException {
    if (deleted.isEmpty()) {
      return;
    }
    List<String> runIds = deleted.stream().map(run -> run.runId().value()).toList();
    execute(
        connection,
        "INSERT INTO deleted_runs SELECT unhex(unnest(?))",
        deleted.stream().map(run -> RunIdHash.of(run.runId())).toList());
    execute(
        connection, "INSERT INTO kept_runs FROM runs WHERE run_id IN (SELECT unnest(?))", runIds);
    execute(connection, "DELETE FROM runs WHERE run_id IN (SELECT unnest(?))", runIds);
    long first = firstPosition(connection, deleted, runIds);
    Set<String> unneeded = unneeded(connection);
    long last = deleted.stream().mapToLong(FoldedRun::lastPosition).max().orElse(0);
    eraseFrom(connection, "kept_runs", unneeded);
    eraseFrom(connection, "kept_events", unneeded);
    List<String> kept = runIds.stream().filter(runId -> !unneeded.contains(runId)).toList();
    if (!kept.isEmpty()) {
      execute(connection, KEEP_INHERITED, kept, first, last);
    }
    execute(
        connection,
        "DELETE FROM events WHERE run_id IN (SELECT unnest(?)) AND position >= ? AND position <= ?",
        runIds,
        first,
        last);
  }

  private static void eraseFrom(DuckDBConnection connection, String table, Set<String> runIds)
      throws SQLException {
    execute(
        connection,
        "DELETE FROM " + table + " WHERE run_id IN (SELECT unnest(?))",
        List.copyOf(runIds));
  }

  private static Set<String> unneeded(DuckDBConnection connection) throws SQLException {
    Set<String> runIds = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(UNNEEDED);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        runIds.add(rows.getString(1));
      }
    }
    return runIds;
  }

  /** Returns a position that no event of the runs is before. */
  private static long firstPosition(
      DuckDBConnection connection, List<FoldedRun> deleted, List<String> runIds)
      throws SQLException {
    long first = deleted.stream().mapToLong(FoldedRun::firstPosition).min().orElse(0);
    try (PreparedStatement statement =
            prepare(
                connection,
                "SELECT min(first_position) FROM kept_runs WHERE run_id IN (SELECT unnest(?))",
                runIds);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      long known = rows.getLong(1);
      return rows.wasNull() ? first : Math.min(first, known);
    }
  }

  private static void execute(DuckDBConnection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = prepare(connection, sql, parameters)) {
      statement.executeUpdate();
    }
  }

  private static PreparedStatement prepare(
      DuckDBConnection connection, String sql, Object... parameters) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < parameters.length; i++) {
      Object value = parameters[i];
      if (value instanceof Collection<?> texts) {
        statement.setArray(i + 1, connection.createArrayOf("VARCHAR", texts.toArray()));
      } else {
        statement.setObject(i + 1, value);
      }
    }
    return statement;
  }
}
