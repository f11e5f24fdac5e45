package dev.eider.server.store.write;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.ProducerTable;
import dev.eider.v1.RunOutcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Turns runs into rows of the runs table and back. */
public final class RunRows {
  /** What {@link #read} reads; times as microseconds, because java.sql has none without a zone. */
  public static final String COLUMNS =
      """
      run_id, outcome, head_seq, last_t, epoch_us(create_time) AS create_us,
      epoch_us(close_time) AS close_us, parent_run_id, parent_t, parent_seq, root_run_id, labels,
      request_id, request_hash, cost_usd, digest, producers, first_position, last_position
      """;

  private static final String OUTCOME_PREFIX = "RUN_OUTCOME_";

  /** Rows with the dead ones, without them, and the last row id. */
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

  private RunRows() {}

  /**
   * Writes the rows anew where most of them are dead, since DuckDB keeps the dead ones of a row
   * group for as long as one of it lives; outside of a transaction.
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
    try (DuckDBAppender appender = connection.createAppender("runs")) {
      for (FoldedRun run : runs) {
        appender.beginRow();
        appendState(appender, run);
        appendOrigin(appender, run);
        appendFold(appender, run);
        appender.endRow();
      }
      // close() would swallow a failure.
      appender.flush();
    }
  }

  private static void appendState(DuckDBAppender appender, FoldedRun run) throws SQLException {
    appender
        .append(run.runId().value())
        .append(run.isOpen() ? "open" : "closed")
        .append(run.isOpen() ? null : outcomeName(run.outcome()))
        .append(run.headSeq())
        .append(run.lastT())
        .appendEpochMicros(run.createTimeUs());
    if (run.isOpen()) {
      appender.appendNull();
    } else {
      appender.appendEpochMicros(run.closeTimeUs());
    }
  }

  private static void appendOrigin(DuckDBAppender appender, FoldedRun run) throws SQLException {
    Parent parent = run.parent();
    if (parent == null) {
      appender.appendNull().appendNull().appendNull();
    } else {
      appender.append(parent.runId().value()).append(parent.t()).append(parent.seq());
    }
    appender.append(run.rootRunId().value()).append(run.labels());
  }

  private static void appendFold(DuckDBAppender appender, FoldedRun run) throws SQLException {
    appender
        .append(run.costUsd())
        .append(run.digest())
        .append(run.requestId().isEmpty() ? null : run.requestId())
        .append(run.requestHash())
        .append(run.producers().toBytes())
        .append(run.firstPosition())
        .append(run.lastPosition());
  }

  /** Reads the row at which a result of {@link #COLUMNS} stands. */
  public static FoldedRun read(ResultSet row) throws SQLException {
    String requestId = row.getString("request_id");
    return new FoldedRun(
        new RunId(row.getString("run_id")),
        outcome(row.getString("outcome")),
        row.getLong("head_seq"),
        row.getInt("last_t"),
        row.getLong("create_us"),
        row.getLong("close_us"),
        parent(row),
        labels(row.getObject("labels")),
        requestId == null ? "" : requestId,
        bytes(row, "request_hash"),
        row.getDouble("cost_usd"),
        bytes(row, "digest"),
        ProducerTable.fromBytes(bytes(row, "producers")),
        row.getLong("first_position"),
        row.getLong("last_position"));
  }

  /** DuckDB's driver of 1.5 does not take the name. */
  private static byte[] bytes(ResultSet row, String column) throws SQLException {
    return row.getBytes(row.findColumn(column));
  }

  private static String outcomeName(RunOutcome outcome) {
    return outcome.name().substring(OUTCOME_PREFIX.length()).toLowerCase(Locale.ROOT);
  }

  private static RunOutcome outcome(@Nullable String name) {
    return name == null
        ? RunOutcome.RUN_OUTCOME_UNSPECIFIED
        : RunOutcome.valueOf(OUTCOME_PREFIX + name.toUpperCase(Locale.ROOT));
  }

  private static @Nullable Parent parent(ResultSet row) throws SQLException {
    String runId = row.getString("parent_run_id");
    return runId == null
        ? null
        : new Parent(
            new RunId(runId),
            row.getInt("parent_t"),
            row.getLong("parent_seq"),
            new RunId(row.getString("root_run_id")));
  }

  private static Map<String, String> labels(Object map) {
    Map<String, String> labels = new HashMap<>();
    ((Map<?, ?>) map)
        .forEach((key, value) -> labels.put(String.valueOf(key), String.valueOf(value)));
    return Map.copyOf(labels);
  }
}
