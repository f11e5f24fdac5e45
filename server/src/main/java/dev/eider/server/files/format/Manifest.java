package dev.eider.server.files.format;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.ProducerTable;
import dev.eider.server.run.RunSums;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.RunOutcome;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Reads what an exported file says of its runs, by run id. Used by one thread. */
final class Manifest implements AutoCloseable {
  // 0001-01-01 to 9999-12-31.
  private static final long TIME_US_MIN = -62_135_596_800_000_000L;
  private static final long TIME_US_MAX = 253_402_300_799_999_999L;

  private final DuckDBConnection connection;
  private final PreparedStatement statement;
  private final ResultSet rows;
  private final FileRules rules;
  private final long nowUs;
  private @Nullable RunId runId;
  private @Nullable FoldedRun said;
  private @Nullable BrokerException fault;

  Manifest(ScratchDatabase database, String sql, FileRules rules, long nowUs) throws SQLException {
    this.rules = rules;
    this.nowUs = nowUs;
    connection = database.duplicate();
    try {
      statement = connection.prepareStatement(sql);
      rows = database.query(statement);
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  static String ofTable(String table) {
    return """
    SELECT
      run_id, outcome, head_seq, epoch_us(create_time) AS create_us,
      epoch_us(close_time) AS close_us, parent_run_id, parent_t, parent_seq, root_run_id, labels,
      hex(digest) AS digest
    FROM %s ORDER BY run_id
    """
        .formatted(table);
  }

  static String ofParquet(Path file) {
    return """
    SELECT
      r.run_id, r.outcome, r.head_seq, r.create_us, r.close_us, r.parent_run_id, r.parent_t,
      r.parent_seq, r.root_run_id, r.labels, r.digest
    FROM (
      SELECT unnest(from_json(decode(value), '[{
        "run_id": "VARCHAR", "outcome": "VARCHAR", "head_seq": "BIGINT", "create_us": "BIGINT",
        "close_us": "BIGINT", "parent_run_id": "VARCHAR", "parent_t": "INTEGER",
        "parent_seq": "BIGINT", "root_run_id": "VARCHAR", "labels": "MAP(VARCHAR, VARCHAR)",
        "digest": "VARCHAR"}]')) AS r
      FROM parquet_kv_metadata(%s) WHERE decode(key) = 'eider.runs')
    ORDER BY r.run_id
    """
        .formatted(ScratchDatabase.quoted(file));
  }

  static String versionOfParquet(Path file) {
    return """
    SELECT coalesce(max(CAST(decode(value) AS INTEGER)), 0)
    FROM parquet_kv_metadata(%s) WHERE decode(key) = 'eider.format'
    """
        .formatted(ScratchDatabase.quoted(file));
  }

  /** Moves to the next run; returns null after the last. */
  @Nullable RunId next() throws SQLException {
    if (!rows.next()) {
      runId = null;
      return null;
    }
    RunId before = runId;
    RunId next = runId(rows.getString("run_id"));
    if (next.equals(before)) {
      throw FileFaults.ofRun(next.value(), "it has two rows in runs");
    }
    runId = next;
    said = null;
    fault = null;
    try {
      said = read(next);
    } catch (BrokerException refusal) {
      fault = refusal;
    }
    return next;
  }

  /** Returns what is wrong with the row of the current run; null for nothing. */
  @Nullable BrokerException fault() {
    return fault;
  }

  /** Returns the current run, closed; requires that its events are as the file says. */
  FoldedRun run(RunSums sums) {
    FoldedRun run = Objects.requireNonNull(said, "no run");
    String id = run.runId().value();
    if (sums.headSeq() != run.headSeq()) {
      throw FileFaults.ofRun(
          id, "it has %d events, and is said to have %d".formatted(sums.headSeq(), run.headSeq()));
    }
    if (!Arrays.equals(sums.digest(), run.digest())) {
      throw FileFaults.ofRun(id, "its events do not hash to its digest: the file was changed");
    }
    return new FoldedRun(run.runId(), run.opening(), sums.totals(), run.ending(), 0, 0);
  }

  static RunId runId(@Nullable String value) {
    if (value == null || !RunId.isValid(value)) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_INVALID_RUN_ID,
              "the file has a run_id that is not 1-%d characters of [A-Za-z0-9._-], the first not . or -: %s"
                  .formatted(RunId.CHARS_MAX, value))
          .with("limit", RunId.CHARS_MAX);
    }
    return new RunId(value);
  }

  private FoldedRun read(RunId id) throws SQLException {
    Map<String, String> labels = labels(rows.getObject("labels"));
    rules.labels(labels);
    String outcome = rows.getString("outcome");
    long createUs = time(id, "create_time", rows.getLong("create_us"), rows.wasNull());
    RunOutcome ended = outcome(id, outcome);
    long closeUs =
        outcome == null ? nowUs : time(id, "close_time", rows.getLong("close_us"), rows.wasNull());
    return new FoldedRun(
        id,
        FoldedRun.Opening.without(createUs, parent(id), labels),
        // What its events add up to is not known yet.
        new FoldedRun.Totals(rows.getLong("head_seq"), -1, 0, digest(id), ProducerTable.EMPTY),
        FoldedRun.Ending.of(ended, closeUs),
        0,
        0);
  }

  private byte[] digest(RunId id) throws SQLException {
    String hex = rows.getString("digest");
    try {
      return HexFormat.of().parseHex(hex == null ? "" : hex.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw FileFaults.ofRun(id.value(), "its digest is none: " + hex);
    }
  }

  /** Returns the outcome; a run that is still open in the file counts as abandoned. */
  private static RunOutcome outcome(RunId id, @Nullable String name) {
    for (RunOutcome outcome : RunOutcome.values()) {
      if (outcome != RunOutcome.RUN_OUTCOME_UNSPECIFIED
          && outcome != RunOutcome.UNRECOGNIZED
          && RunFileWriter.name(outcome).equals(name)) {
        return outcome;
      }
    }
    if (name != null) {
      throw FileFaults.ofRun(id.value(), "its outcome is unknown: " + name);
    }
    return RunOutcome.RUN_OUTCOME_ABANDONED;
  }

  private static long time(RunId id, String name, long us, boolean isNull) {
    if (isNull || us < TIME_US_MIN || us > TIME_US_MAX) {
      throw FileFaults.ofRun(id.value(), "its " + name + " is no time from year 1 to 9999");
    }
    return us;
  }

  private @Nullable Parent parent(RunId id) throws SQLException {
    String parentId = rows.getString("parent_run_id");
    if (parentId == null) {
      return null;
    }
    int t = rows.getInt("parent_t");
    long seq = rows.getLong("parent_seq");
    RunId root = runId(rows.getString("root_run_id"));
    if (t < 0 || seq < 1 || parentId.equals(id.value())) {
      throw FileFaults.ofRun(id.value(), "its parent_run_id, parent_t and parent_seq are no place");
    }
    return new Parent(runId(parentId), t, seq, root);
  }

  private static Map<String, String> labels(@Nullable Object map) {
    Map<String, String> labels = new HashMap<>();
    if (map != null) {
      ((Map<?, ?>) map)
          .forEach((key, value) -> labels.put(String.valueOf(key), String.valueOf(value)));
    }
    return Map.copyOf(labels);
  }

  @Override
  public void close() throws SQLException {
    rows.close();
    statement.close();
    connection.close();
  }
}
