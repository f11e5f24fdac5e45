package dev.eider.server.files.format;

import dev.eider.server.base.Invariants;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.server.run.RunSums;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.Schema;
import dev.eider.server.store.row.EventColumns;
import dev.eider.server.store.row.LargeRows;
import dev.eider.server.store.row.PayloadJson;
import dev.eider.v1.Event;
import dev.eider.v1.RunOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/**
 * Writes runs into a file, one after another: {@link #begin}, {@link #add} for each event, {@link
 * #end}. The events added must have the sums of the run that is ended. The file is complete after
 * {@link #finish}; until then, and after a crash, it is to be deleted.
 *
 * <p>Everything blocks. Used by one thread, but for {@link #cancel}, which is thread-safe.
 */
public final class RunFileWriter implements AutoCloseable {
  /** The format version, in export_info of a DuckDB file and eider.format of a Parquet file. */
  static final int FORMAT_VERSION = 2;

  private static final long TRANSACTION_BYTES = 16L << 20;
  private static final long TRANSACTION_ROWS = 122_880;

  /**
   * The size of a large event: readers have 2,048 in memory at once, see the store's Checkpoints.
   */
  private static final long LARGE_BYTES_MIN = 16 << 10;

  /**
   * The tables of a store, as far as the views ask for them; the events whole in place of what the
   * store has of them.
   */
  private static final String TABLES =
      """
      CREATE SCHEMA eider;
      CREATE TABLE eider.export_info (format_version INTEGER);
      INSERT INTO eider.export_info VALUES (%d);
      CREATE TABLE eider.runs (
        run_id VARCHAR, state VARCHAR, outcome VARCHAR, head_seq BIGINT, last_t INTEGER,
        create_time TIMESTAMP, close_time TIMESTAMP, parent_run_id VARCHAR, parent_t INTEGER,
        parent_seq BIGINT, root_run_id VARCHAR, labels MAP(VARCHAR, VARCHAR), cost_usd DOUBLE,
        digest BLOB);
      CREATE TABLE eider.events (%s, event BLOB USING COMPRESSION zstd);
      CREATE TABLE eider.kept_runs AS FROM eider.runs LIMIT 0;
      CREATE TABLE eider.kept_events AS FROM eider.events LIMIT 0;
      """
          .formatted(FORMAT_VERSION, EventColumns.DEFINITIONS);

  private static final String RUNS_AS_JSON =
      """
      SELECT CAST(coalesce(to_json(list({
        'run_id': run_id, 'state': state, 'outcome': outcome, 'head_seq': head_seq,
        'last_t': last_t, 'create_us': epoch_us(create_time), 'close_us': epoch_us(close_time),
        'parent_run_id': parent_run_id, 'parent_t': parent_t, 'parent_seq': parent_seq,
        'root_run_id': root_run_id, 'labels': labels, 'cost_usd': cost_usd,
        'digest': lower(hex(digest))} ORDER BY run_id)), '[]') AS VARCHAR)
      FROM eider.runs
      """;

  private final Path file;
  private final RunFileFormat format;
  private final Path databaseFile;
  private final ScratchDatabase database;
  private @Nullable DuckDBAppender events;
  private @Nullable DuckDBAppender runs;
  private @Nullable RunId runId;
  private RunSums sums = new RunSums(new RunId(""));
  private long pendingBytes;
  private long pendingRows;
  private long largeBytes;
  private boolean isClosed;

  private RunFileWriter(
      Path file, RunFileFormat format, Path databaseFile, ScratchDatabase database) {
    this.file = file;
    this.format = format;
    this.databaseFile = databaseFile;
    this.database = database;
  }

  /** Creates a file, which must not exist. */
  public static RunFileWriter create(Path file, RunFileFormat format, ScratchConfig config)
      throws StoreException {
    boolean isParquet = format == RunFileFormat.PARQUET;
    Path databaseFile = isParquet ? file.resolveSibling(file.getFileName() + ".duckdb") : file;
    ScratchDatabase database =
        ScratchDatabase.create(databaseFile, isParquet ? file : null, config);
    RunFileWriter writer = new RunFileWriter(file, format, databaseFile, database);
    try {
      database.execute(TABLES);
      database.execute(Schema.views(", event"));
      writer.beginTransaction();
      return writer;
    } catch (SQLException e) {
      writer.close();
      throw ScratchDatabase.unavailable("cannot write " + file.getFileName(), e);
    }
  }

  /** Begins the next run. */
  public void begin(RunId nextRunId) {
    runId = nextRunId;
    sums = new RunSums(nextRunId);
  }

  /** Adds the run's next event. */
  public void add(EncodedEvent encoded) throws StoreException {
    sums.add(encoded);
    try {
      long bytes = LargeRows.append(encoded.bytes().length, () -> appendEvent(encoded));
      pendingBytes += bytes;
      pendingRows++;
      largeBytes += bytes >= LARGE_BYTES_MIN ? bytes : 0;
      if (pendingBytes >= TRANSACTION_BYTES || pendingRows >= TRANSACTION_ROWS) {
        commit();
        if (largeBytes >= TRANSACTION_BYTES) {
          database.execute("CHECKPOINT");
          largeBytes = 0;
        }
        beginTransaction();
      }
    } catch (SQLException e) {
      throw ScratchDatabase.unavailable("cannot write " + file.getFileName(), e);
    }
  }

  /** Returns the sums of the run's events so far. */
  public RunSums sums() {
    return sums;
  }

  /** Ends the run that was begun. */
  public void end(FoldedRun run) throws StoreException {
    Invariants.require(
        run.runId().equals(runId)
            && sums.headSeq() == run.headSeq()
            && Arrays.equals(sums.digest(), run.digest()),
        "run %s: %d events were written, which are not the run's %d",
        run.runId(),
        sums.headSeq(),
        run.headSeq());
    try {
      appendRun(Invariants.requireNonNull(runs, "no transaction"), run);
    } catch (SQLException e) {
      throw ScratchDatabase.unavailable("cannot write " + file.getFileName(), e);
    }
  }

  /** Completes the file and closes it. */
  public void finish() throws StoreException {
    try {
      commit();
      if (format == RunFileFormat.PARQUET) {
        copyToParquet();
      } else {
        database.execute("CHECKPOINT");
      }
    } catch (SQLException e) {
      throw ScratchDatabase.unavailable("cannot write " + file.getFileName(), e);
    }
    close();
  }

  /** Cancels what is under way, and all that comes after. */
  public void cancel() {
    database.cancel();
  }

  /** Closes the file, and deletes the temporary ones beside it. */
  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    database.close();
    if (format == RunFileFormat.PARQUET) {
      try {
        Files.deleteIfExists(databaseFile);
        Files.deleteIfExists(databaseFile.resolveSibling(databaseFile.getFileName() + ".wal"));
      } catch (IOException e) {
        throw new IllegalStateException("a temporary file cannot be deleted", e);
      }
    }
  }

  private void beginTransaction() throws SQLException {
    database.execute("BEGIN TRANSACTION");
    events = database.connection().createAppender("eider", "events");
    runs = database.connection().createAppender("eider", "runs");
    pendingBytes = 0;
    pendingRows = 0;
  }

  private void commit() throws SQLException {
    // close() would swallow a failure.
    DuckDBAppender eventRows = Invariants.requireNonNull(events, "no transaction");
    eventRows.flush();
    eventRows.close();
    DuckDBAppender runRows = Invariants.requireNonNull(runs, "no transaction");
    runRows.flush();
    runRows.close();
    database.execute("COMMIT");
  }

  private long appendEvent(EncodedEvent encoded) throws SQLException {
    Event event = EncodedEvent.parseStored(encoded.bytes());
    byte[] json = PayloadJson.of(event, encoded.bytes().length);
    byte[] attributes = PayloadJson.attributes(event, encoded.bytes().length);
    DuckDBAppender row = Invariants.requireNonNull(events, "no transaction").beginRow();
    EventColumns.append(
        row, Invariants.requireNonNull(runId, "no run"), sums.headSeq(), event, json, attributes);
    row.append(encoded.bytes()).endRow();
    return (long) json.length + encoded.bytes().length;
  }

  private static void appendRun(DuckDBAppender appender, FoldedRun run) throws SQLException {
    appender
        .beginRow()
        .append(run.runId().value())
        .append(run.isOpen() ? "open" : "closed")
        .append(run.isOpen() ? null : name(run.outcome()))
        .append(run.headSeq())
        .append(run.lastT())
        .appendEpochMicros(run.createTimeUs());
    if (run.isOpen()) {
      appender.appendNull();
    } else {
      appender.appendEpochMicros(run.closeTimeUs());
    }
    Parent parent = run.parent();
    if (parent == null) {
      appender.appendNull().appendNull().appendNull();
    } else {
      appender.append(parent.runId().value()).append(parent.t()).append(parent.seq());
    }
    appender
        .append(run.rootRunId().value())
        .append(run.labels())
        .append(run.costUsd())
        .append(run.digest())
        .endRow();
  }

  /** Returns the name of an outcome in SQL. */
  static String name(RunOutcome outcome) {
    return outcome.name().substring("RUN_OUTCOME_".length()).toLowerCase(Locale.ROOT);
  }

  private void copyToParquet() throws SQLException {
    String json;
    try (PreparedStatement statement = database.connection().prepareStatement(RUNS_AS_JSON);
        ResultSet rows = database.query(statement)) {
      rows.next();
      json = rows.getString(1);
    }
    database.execute(
        "COPY (FROM eider.events) TO %s (FORMAT parquet, COMPRESSION zstd,"
                .formatted(ScratchDatabase.quoted(file))
            + " ROW_GROUP_SIZE 24576, KV_METADATA {\"eider.format\": '%d', \"eider.runs\": %s})"
                .formatted(FORMAT_VERSION, ScratchDatabase.quoted(json)));
  }
}
