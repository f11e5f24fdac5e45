package dev.eider.server.store.row;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.ProducerTable;
import dev.eider.v1.RunOutcome;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/** Maps runs to rows of the runs table and back. */
public final class RunMapper {
  /** The columns of {@link #read}; times in microseconds, as java.sql has none without a zone. */
  public static final String COLUMNS =
      """
      run_id, outcome, head_seq, last_t, epoch_us(create_time) AS create_us,
      epoch_us(close_time) AS close_us, parent_run_id, parent_t, parent_seq, root_run_id, labels,
      request_id, request_hash, cost_usd, digest, producers, first_position, last_position
      """;

  private static final String OUTCOME_PREFIX = "RUN_OUTCOME_";

  private RunMapper() {}

  /** Appends a run as the next row. */
  public static void append(DuckDBAppender appender, FoldedRun run) throws SQLException {
    appender.beginRow();
    appendState(appender, run);
    appendOrigin(appender, run);
    appendFold(appender, run);
    appender.endRow();
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

  /** Returns the run of the current row of a result of {@link #COLUMNS}. */
  public static FoldedRun read(ResultSet row) throws SQLException {
    String requestId = row.getString("request_id");
    return new FoldedRun(
        new RunId(row.getString("run_id")),
        new FoldedRun.Opening(
            row.getLong("create_us"),
            parent(row),
            labels(row.getObject("labels")),
            requestId == null ? "" : requestId,
            bytes(row, "request_hash")),
        new FoldedRun.Totals(
            row.getLong("head_seq"),
            row.getInt("last_t"),
            row.getDouble("cost_usd"),
            bytes(row, "digest"),
            ProducerTable.fromBytes(bytes(row, "producers"))),
        FoldedRun.Ending.of(outcome(row.getString("outcome")), row.getLong("close_us")),
        row.getLong("first_position"),
        row.getLong("last_position"));
  }

  /** Returns bytes by index, since DuckDB's driver of 1.5 does not take the name. */
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
