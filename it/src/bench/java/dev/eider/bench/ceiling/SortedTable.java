package dev.eider.bench.ceiling;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Workload;
import dev.eider.server.event.RunId;
import dev.eider.server.store.connection.Schema;
import dev.eider.server.store.row.EventColumns;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * The persister's own table, loaded with as many rows at a time as the persister's largest batch
 * has, by a single thread that does nothing else and in the best order there is: sorted by run and
 * seq. Owned by one thread.
 */
public final class SortedTable implements AutoCloseable {
  private static final int BATCH_ROWS = 122_880;
  private static final String GROUP_BY =
      "SELECT kind, agent_id, count(*), avg(strlen(payload_json)) FROM events GROUP BY ALL";
  private static final String RANKING =
      "SELECT name, rank, run_id, agent_id, value FROM leaderboard ORDER BY name, rank";

  private final DuckDBConnection connection;
  private long rows;

  public SortedTable(Path directory) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("threads", "2");
    properties.setProperty("storage_compatibility_version", "v1.5.0");
    properties.setProperty("checkpoint_threshold", "1TB");
    properties.setProperty("jdbc_stream_results", "true");
    connection =
        (DuckDBConnection)
            DriverManager.getConnection(
                "jdbc:duckdb:" + directory.resolve("sorted.duckdb"), properties);
    execute(Schema.sql());
    execute("SET search_path = 'eider,main'");
  }

  /** Loads runs of equal length, checkpoint included, and returns the rows a second. */
  public double load(Workload workload, int runs, long eventsPerRun) throws SQLException {
    long begun = System.nanoTime();
    long total = runs * eventsPerRun;
    while (rows < total) {
      loadBatch(workload, eventsPerRun, Math.min(BATCH_ROWS, total - rows));
    }
    execute("CHECKPOINT");
    return total * 1e9 / (System.nanoTime() - begun);
  }

  private void loadBatch(Workload workload, long eventsPerRun, long count) throws SQLException {
    execute("BEGIN TRANSACTION");
    try (DuckDBAppender appender = connection.createAppender(Schema.TABLES, "events")) {
      for (long i = 0; i < count; i++) {
        append(appender, rows++, eventsPerRun, workload.batch(rows, 1).get(0));
      }
      appender.flush();
    }
    execute("COMMIT");
  }

  private static void append(DuckDBAppender appender, long row, long eventsPerRun, BenchEvent event)
      throws SQLException {
    appender.beginRow();
    EventColumns.append(
        appender,
        new RunId(runName(row / eventsPerRun)),
        row % eventsPerRun + 1,
        event.event(),
        event.json(),
        null);
    appender.append(row).append(event.encoded()).append(event.encoded().length).endRow();
  }

  private static String runName(long run) {
    return String.format("run-%06d", run);
  }

  /** Reads every event's bytes in the order stored, and returns how long that took. */
  public long scanNanos() throws SQLException {
    return timed("SELECT seq, event_rest FROM events", rows);
  }

  /** Reads one run's events. */
  public long oneRunNanos(int run, long eventsPerRun) throws SQLException {
    long first = run * eventsPerRun;
    return timed(
        "SELECT seq, event_rest FROM events WHERE position BETWEEN "
            + first
            + " AND "
            + (first + eventsPerRun - 1)
            + " AND run_id = '"
            + runName(run)
            + "' ORDER BY seq",
        eventsPerRun);
  }

  private long timed(String sql, long expected) throws SQLException {
    long begun = System.nanoTime();
    long count = 0;
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        result.getLong(1);
        result.getBytes(2);
        count++;
      }
    }
    if (count != expected) {
      throw new AssertionError(count + " rows instead of " + expected);
    }
    return System.nanoTime() - begun;
  }

  /** Counts by kind and agent. */
  public long groupByNanos() throws SQLException {
    return timedQuery(GROUP_BY);
  }

  /** Ranks the metrics. */
  public long rankingNanos() throws SQLException {
    return timedQuery(RANKING);
  }

  private long timedQuery(String sql) throws SQLException {
    long begun = System.nanoTime();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        result.getObject(1);
      }
    }
    return System.nanoTime() - begun;
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
