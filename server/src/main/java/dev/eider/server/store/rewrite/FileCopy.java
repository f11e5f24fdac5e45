package dev.eider.server.store.rewrite;

import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.Schema;
import dev.eider.server.store.connection.StoreConnections;
import dev.eider.server.store.sql.Cancellation;
import dev.eider.server.store.sql.Statements;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy of the database in the making, without what is deleted and with each run in one piece.
 *
 * <p>Problem: the copy must hold what the database holds at one position, though it takes minutes
 * to make, in little memory, and transactions go on meanwhile. So it is made in slices, each one
 * statement and one transaction of the copy alone. First come the runs, one after another in the
 * order in which they began, with their events before the position at which the copy began; then
 * the ranges of positions since, over and over, each shorter than the one before; and at last,
 * while nothing is written, the rest, and the other tables as a whole. Events never change, so a
 * slice can be read at any time; those of runs that were deleted meanwhile are removed at the end.
 *
 * <p>A failure leaves a file to be deleted. Used by one thread at a time, but for {@link #cancel},
 * which is thread-safe.
 */
final class FileCopy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileCopy.class);

  /** The name of the copy's file in SQL. */
  static final String FILE = "rewritten";

  /** Where its tables are. */
  static final String COPY = FILE + "." + Schema.TABLES;

  /** Where the original's tables are. */
  private static final String ORIGINAL = Schema.DATABASE + "." + Schema.TABLES;

  /** Sums that tell whether two tables hold the same events, which are copied and not computed. */
  private static final String EVENT_SUMS =
      "count(*) || ' ' || coalesce(sum(seq), 0) || ' ' || coalesce(sum(event_size), 0)";

  private static final int RUNS_PER_PAGE = 2_000;

  /** The slices between two checkpoints of the copy; together they fill a row group or more. */
  private static final int SLICES_PER_CHECKPOINT = 2;

  private final StoreConnections connections;
  private final DuckDBConnection connection;
  private final Cancellation cancellation;
  private final Path file;
  private final long sliceBytesMax;
  private long copiedPosition;
  private int slices;
  private boolean isAttached;

  private FileCopy(
      StoreConnections connections,
      DuckDBConnection connection,
      Cancellation cancellation,
      Path file,
      long sliceBytesMax) {
    this.connections = connections;
    this.connection = connection;
    this.cancellation = cancellation;
    this.file = file;
    this.sliceBytesMax = sliceBytesMax;
  }

  /** Borrows the connection for a copy, and writes nothing yet. */
  static FileCopy of(StoreConnections connections, Path file, long sliceBytesMax)
      throws StoreException {
    Cancellation cancellation = new Cancellation();
    DuckDBConnection connection = connections.borrowForCopy(cancellation);
    return new FileCopy(connections, connection, cancellation, file, sliceBytesMax);
  }

  /** Creates the file with empty tables. */
  void begin() throws SQLException {
    execute(attach(file));
    isAttached = true;
    execute("USE " + FILE);
    try {
      execute("BEGIN TRANSACTION");
      execute(Schema.sql());
      execute("COMMIT");
    } finally {
      execute("USE " + ORIGINAL);
    }
  }

  /** Returns the statement that makes the file of a copy. */
  static String attach(Path file) {
    return "ATTACH '%s' AS %s (STORAGE_VERSION 'v1.5.0', ROW_GROUP_SIZE %d)"
        .formatted(file.toString().replace("'", "''"), FILE, Schema.ROW_GROUP_ROWS);
  }

  /** Copies the events before a position, run by run. */
  void copyRuns(long untilPosition) throws SQLException {
    copiedPosition = untilPosition;
    CopiedRun last = new CopiedRun("", -1, 0, 0, 0);
    List<CopiedRun> page = runsAfter(last);
    while (!page.isEmpty()) {
      copyPage(page);
      last = page.get(page.size() - 1);
      page = runsAfter(last);
    }
  }

  /** Returns the position up to which events are copied, exclusive. */
  long copiedPosition() {
    return copiedPosition;
  }

  /** Copies the events from {@link #copiedPosition} to a position. */
  void copyOn(long untilPosition) throws SQLException {
    while (copiedPosition < untilPosition) {
      long until = Math.min(untilPosition, copiedPosition + sliceBytesMax);
      copy("position >= %d AND position < %d".formatted(copiedPosition, until));
      copiedPosition = until;
    }
  }

  /**
   * Completes the copy and closes its file, while nothing is written to the original.
   *
   * @param position where the original is
   * @throws StoreException if the copy does not hold what the original holds
   */
  void finish(long position) throws SQLException, StoreException {
    copyOn(position);
    if (!sums(COPY, "events").equals(sums(ORIGINAL, "events"))) {
      execute(
          "DELETE FROM %s.events WHERE run_id NOT IN (SELECT run_id FROM %s.runs)"
              .formatted(COPY, ORIGINAL));
    }
    for (String table : otherTables()) {
      execute("DELETE FROM %s.%s".formatted(COPY, quoted(table)));
      execute("INSERT INTO %1$s.%3$s FROM %2$s.%3$s".formatted(COPY, ORIGINAL, quoted(table)));
      requireEqual(table, "count(*)");
    }
    requireEqual("events", EVENT_SUMS);
    execute("CHECKPOINT " + FILE);
    detach();
  }

  /** Cancels the copy, now or as it begins. */
  void cancel() {
    cancellation.cancel();
  }

  /** Returns whether the copy was cancelled. */
  boolean isCancelled() {
    return cancellation.isCancelled();
  }

  /** Closes the file and gives the connection back. */
  @Override
  public void close() throws SQLException {
    try {
      detach();
    } finally {
      connections.giveBackCopying(connection);
    }
  }

  private void detach() throws SQLException {
    if (isAttached) {
      isAttached = false;
      rollBack();
      Statements.execute(connection, "DETACH " + FILE);
    }
  }

  /** Ends a transaction that a failure has left open. */
  private void rollBack() {
    try {
      Statements.execute(connection, "ROLLBACK");
    } catch (SQLException e) {
      LOG.debug("no transaction was left open", e);
    }
  }

  private void copyPage(List<CopiedRun> page) throws SQLException {
    List<CopiedRun> slice = new ArrayList<>();
    long bytes = 0;
    for (CopiedRun run : page) {
      if (!slice.isEmpty() && bytes + run.bytes > sliceBytesMax) {
        copySlice(slice);
        slice.clear();
        bytes = 0;
      }
      if (run.bytes > sliceBytesMax) {
        copyParts(run, 1, run.headSeq, run.bytes);
      } else {
        slice.add(run);
        bytes += run.bytes;
      }
    }
    if (!slice.isEmpty()) {
      copySlice(slice);
    }
  }

  private void copySlice(List<CopiedRun> slice) throws SQLException {
    copy(
        "run_id IN (%s) AND %s"
            .formatted(
                String.join(",", slice.stream().map(run -> text(run.runId)).toList()),
                positionsOf(slice)));
  }

  /** Copies a large run in parts that are small enough, as far as whole events allow. */
  private void copyParts(CopiedRun run, long firstSeq, long lastSeq, long bytes)
      throws SQLException {
    String part =
        "run_id = %s AND seq >= %d AND seq <= %d AND %s"
            .formatted(text(run.runId), firstSeq, lastSeq, positionsOf(List.of(run)));
    if (bytes <= sliceBytesMax || firstSeq == lastSeq) {
      copy(part);
      return;
    }
    long middle = (firstSeq + lastSeq) / 2;
    long left =
        number(
            "SELECT coalesce(sum(event_size), 0) FROM %s.events WHERE %s AND seq <= %d"
                .formatted(ORIGINAL, part, middle));
    copyParts(run, firstSeq, middle, left);
    copyParts(run, middle + 1, lastSeq, bytes - left);
  }

  private String positionsOf(List<CopiedRun> runs) {
    long first = runs.stream().mapToLong(CopiedRun::firstPosition).min().orElse(0);
    long last = runs.stream().mapToLong(CopiedRun::lastPosition).max().orElse(0);
    return "position >= %d AND position <= %d AND position < %d"
        .formatted(first, last, copiedPosition);
  }

  private void copy(String condition) throws SQLException {
    execute(
        "INSERT INTO %s.events FROM %s.events WHERE %s ORDER BY run_id, seq"
            .formatted(COPY, ORIGINAL, condition));
    slices++;
    if (slices % SLICES_PER_CHECKPOINT == 0) {
      execute("CHECKPOINT " + FILE);
    }
  }

  private List<CopiedRun> runsAfter(CopiedRun last) throws SQLException {
    List<CopiedRun> runs = new ArrayList<>();
    String sql =
        """
        SELECT page.run_id, page.first_position, page.last_position, page.head_seq,
          coalesce(sum(events.event_size), 0)
        FROM (
          SELECT run_id, first_position, last_position, head_seq
          FROM %1$s.runs
          WHERE (first_position, run_id) > (%2$d, %3$s) AND first_position < %4$d
          ORDER BY first_position, run_id
          LIMIT %5$d
        ) AS page
        LEFT JOIN %1$s.events
          ON events.run_id = page.run_id AND events.position >= %2$d AND events.position < %4$d
        GROUP BY ALL
        ORDER BY page.first_position, page.run_id
        """
            .formatted(
                ORIGINAL, last.firstPosition, text(last.runId), copiedPosition, RUNS_PER_PAGE);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      cancellation.beforeRunning(statement);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          runs.add(
              new CopiedRun(
                  rows.getString(1),
                  rows.getLong(2),
                  rows.getLong(3),
                  rows.getLong(4),
                  rows.getLong(5)));
        }
      }
    }
    return runs;
  }

  private List<String> otherTables() throws SQLException {
    List<String> tables = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = '"
                    + FILE
                    + "' AND table_name <> 'events' ORDER BY table_name")) {
      while (rows.next()) {
        tables.add(rows.getString(1));
      }
    }
    return tables;
  }

  private String sums(String database, String table) throws SQLException {
    return value("SELECT %s FROM %s.%s".formatted(EVENT_SUMS, database, quoted(table)));
  }

  private void requireEqual(String table, String what) throws SQLException, StoreException {
    String copied =
        value("SELECT CAST(%s AS VARCHAR) FROM %s.%s".formatted(what, COPY, quoted(table)));
    String there =
        value("SELECT CAST(%s AS VARCHAR) FROM %s.%s".formatted(what, ORIGINAL, quoted(table)));
    if (!copied.equals(there)) {
      throw new StoreException(
          "the copy's table %s holds %s where %s is to be".formatted(table, copied, there));
    }
  }

  private long number(String sql) throws SQLException {
    return Long.parseLong(value(sql));
  }

  private String value(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      cancellation.beforeRunning(statement);
      try (ResultSet rows = statement.executeQuery(sql)) {
        rows.next();
        return rows.getString(1);
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      cancellation.beforeRunning(statement);
      statement.execute(sql);
    }
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private static String text(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  /** A run to be copied. */
  private record CopiedRun(
      String runId, long firstPosition, long lastPosition, long headSeq, long bytes) {}
}
