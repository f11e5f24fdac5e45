package dev.eider.server.files.format;

import dev.eider.server.base.BrokerException;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.DuckDbErrors;
import dev.eider.server.store.sql.Cancellation;
import dev.eider.v1.ErrorReason;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * An instance of DuckDB for one file, besides the daemon's own. It reaches that file, at most one
 * more that is named when it is opened, and the directory to spill to; no setting can be changed.
 *
 * <p>Used by one thread, but for {@link #cancel}, which is thread-safe.
 */
final class ScratchDatabase implements AutoCloseable {
  private final DuckDBConnection connection;

  private final Cancellation cancellation = new Cancellation();

  private ScratchDatabase(DuckDBConnection connection) {
    this.connection = connection;
  }

  /** Creates a file, which DuckDB 1.5 can open as well. */
  static ScratchDatabase create(Path file, @Nullable Path other, ScratchConfig config)
      throws StoreException {
    Properties properties = properties(config, other);
    properties.setProperty("storage_compatibility_version", "v1.5.0");
    properties.setProperty("checkpoint_threshold", "1GB");
    // The smallest: a file of a short run takes a fifth of what it takes with the default, 256 KiB.
    properties.setProperty("default_block_size", "16384");
    // So that row groups stay as small as checkpoints make them.
    properties.setProperty("max_vacuum_tasks", "0");
    try {
      return open(file.toString(), properties);
    } catch (SQLException e) {
      throw unavailable("cannot make " + file.getFileName(), e);
    }
  }

  /** Opens a file to read it. */
  static ScratchDatabase read(Path file, ScratchConfig config) throws SQLException {
    Properties properties = properties(config, null);
    properties.setProperty("access_mode", "READ_ONLY");
    properties.setProperty("jdbc_stream_results", "true");
    return open(file.toString(), properties);
  }

  /** Opens an instance in memory, to read a file that is none of DuckDB's. */
  static ScratchDatabase inMemory(Path other, ScratchConfig config) throws SQLException {
    Properties properties = properties(config, other);
    properties.setProperty("jdbc_stream_results", "true");
    return open("", properties);
  }

  private static ScratchDatabase open(String file, Properties properties) throws SQLException {
    DuckDBConnection connection =
        (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:" + file, properties);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      statement.execute("SET lock_configuration = true");
      return new ScratchDatabase(connection);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static Properties properties(ScratchConfig config, @Nullable Path other) {
    Properties properties = new Properties();
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("autoload_known_extensions", "false");
    properties.setProperty("enable_external_access", "false");
    if (other != null) {
      properties.setProperty("allowed_paths", "[" + quoted(other) + "]");
    }
    properties.setProperty("memory_limit", config.memoryBytesMax() + "B");
    properties.setProperty("threads", "1");
    properties.setProperty("temp_directory", config.tempDirectory().toString());
    properties.setProperty("max_temp_directory_size", "8GiB");
    return properties;
  }

  /** Returns a path as a literal of SQL. */
  static String quoted(Path path) {
    return quoted(path.toString());
  }

  /** Returns a text as a literal of SQL. */
  static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  DuckDBConnection connection() {
    return connection;
  }

  /** Returns another connection to the same instance, to be closed before this. */
  DuckDBConnection duplicate() throws SQLException {
    return connection.duplicate();
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      cancellation.beforeRunning(statement);
      statement.execute(sql);
    } finally {
      cancellation.afterRunning();
    }
  }

  /** Runs a statement that {@link #cancel} interrupts; the caller closes it. */
  ResultSet query(PreparedStatement statement) throws SQLException {
    cancellation.beforeRunning(statement);
    try {
      return statement.executeQuery();
    } finally {
      cancellation.afterRunning();
    }
  }

  /** Returns the one number that a query answers with. */
  long number(String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = query(statement)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** Cancels what is under way, and all that comes after. */
  void cancel() {
    cancellation.cancel();
  }

  /** Closes the file; what is not committed is rolled back. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException("an instance of DuckDB could not be closed", e);
    }
  }

  /** Returns the exception for a failure that is no fault of the file. */
  static StoreException unavailable(String what, SQLException e) {
    if (DuckDbErrors.isOutOfMemory(e)) {
      throw BrokerException.of(
          ErrorReason.ERROR_REASON_QUERY_LIMIT,
          what + ": it needs more than half of store-memory-bytes-max: " + e.getMessage());
    }
    if (DuckDbErrors.isDiskFull(e)) {
      throw BrokerException.of(
          ErrorReason.ERROR_REASON_STORAGE_FULL, what + ": the disk is full; nothing was stored");
    }
    return new StoreException(what + ": " + e.getMessage(), e);
  }
}
