package dev.eider.server.store.read;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunPlace;
import dev.eider.server.store.ColdReader.RunQuery;
import dev.eider.server.store.row.RunMapper;
import dev.eider.server.store.sql.SqlParameters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads rows of runs. */
final class RunQueries {
  private static final String SELECT = "SELECT " + RunMapper.COLUMNS + " FROM runs WHERE";

  private RunQueries() {}

  /** Returns the run, or an empty list. */
  static List<FoldedRun> find(Connection connection, RunId runId) throws SQLException {
    return read(connection, new SqlParameters(SELECT).add("run_id = ?", runId.value()));
  }

  /**
   * Returns the runs with one of these ids or request ids, in no order.
   *
   * <p>Nearly every id that is asked for is new. So the first step looks the ids up in the one
   * column that has them, and the second reads whole rows of the runs found; an OR of both would
   * read every column of every row. Runs stay, so the second step finds what the first one saw.
   */
  static List<FoldedRun> find(
      Connection connection, Collection<RunId> runIds, Collection<String> requestIds)
      throws SQLException {
    Set<String> known = new HashSet<>();
    addKnown(connection, "run_id", runIds.stream().map(RunId::value).toList(), known);
    addKnown(connection, "request_id", List.copyOf(requestIds), known);
    return known.isEmpty()
        ? List.of()
        : read(connection, new SqlParameters(SELECT).add("run_id = ANY(?)", List.copyOf(known)));
  }

  private static void addKnown(
      Connection connection, String column, List<String> values, Set<String> known)
      throws SQLException {
    if (values.isEmpty()) {
      return;
    }
    SqlParameters sql =
        new SqlParameters("SELECT run_id FROM runs WHERE " + column).add("= ANY(?)", values);
    try (PreparedStatement statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        known.add(rows.getString(1));
      }
    }
  }

  static List<FoldedRun> open(Connection connection) throws SQLException {
    return read(connection, new SqlParameters(SELECT).add("state = 'open'"));
  }

  static List<FoldedRun> list(Connection connection, RunQuery query) throws SQLException {
    SqlParameters sql =
        new SqlParameters(SELECT)
            .add("create_us >= ?", query.createdFromUs())
            .add("AND create_us < ?", query.createdUntilUs());
    if (query.open() != null) {
      sql.add("AND state = ?", query.open() ? "open" : "closed");
    }
    for (Map.Entry<String, String> label : query.labels().entrySet()) {
      sql.add("AND labels[?] = ?", label.getKey(), label.getValue());
    }
    if (query.parent() != null) {
      sql.add("AND parent_run_id = ?", query.parent().value());
    }
    if (query.root() != null) {
      sql.add("AND root_run_id = ?", query.root().value());
    }
    RunPlace before = query.before();
    if (before != null) {
      sql.add("AND (create_us, run_id) < (?, ?)", before.createTimeUs(), before.runId().value());
    }
    return read(
        connection, sql.add("ORDER BY create_time DESC, run_id DESC LIMIT ?", query.runsMax()));
  }

  private static List<FoldedRun> read(Connection connection, SqlParameters sql)
      throws SQLException {
    List<FoldedRun> runs = new ArrayList<>();
    try (PreparedStatement statement = sql.prepare(connection);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        runs.add(RunMapper.read(rows));
      }
    }
    return runs;
  }
}
