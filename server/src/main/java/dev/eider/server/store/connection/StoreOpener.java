package dev.eider.server.store.connection;

import dev.eider.server.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the database file. Immutable.
 *
 * <p>A damaged write-ahead log of DuckDB's is set aside: what it held is still in the daemon's own
 * log, which is trimmed only behind a checkpoint, and is persisted again from there. The main file
 * is never touched other than through DuckDB, because opening and closing it in this process would
 * drop DuckDB's lock on it.
 */
public final class StoreOpener {
  private static final Logger LOG = LoggerFactory.getLogger(StoreOpener.class);

  /** The suffixes of the write-ahead log, at rest and in the course of a checkpoint. */
  private static final List<String> WAL_SUFFIXES =
      List.of(".wal", ".wal.checkpoint", ".wal.recovery");

  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** The size of what is before DuckDB's first block. */
  private static final long HEADERS_BYTES = 3 * 4096;

  private final StoreConfig config;
  private final RewriteFiles files;
  private final Clock clock;

  public StoreOpener(StoreConfig config, Clock clock) {
    this.config = config;
    this.files = new RewriteFiles(config.file());
    this.clock = clock;
  }

  public Path file() {
    return config.file();
  }

  public RewriteFiles rewriteFiles() {
    return files;
  }

  public long memoryLimitBytes() {
    return config.memoryLimitBytes();
  }

  /**
   * Opens the file, and changes nothing in it: neither its tables nor, when the connections are
   * closed again, where DuckDB keeps what is in them. A file that is missing or empty is made.
   */
  public StoreConnections look() throws StoreException {
    setOrphanedWalAside();
    DuckDBConnection writer = attach();
    try {
      requireWhole(writer);
      Schema.Content content = Schema.contentOf(writer, config.file());
      if (content == Schema.Content.NOTHING) {
        Schema.prepare(writer, config.file());
      }
      return new StoreConnections(
          writer, content.tables(), config.readersMax(), config.queriesMax());
    } catch (SQLException e) {
      closeQuietly(writer);
      throw cannotOpen(e);
    } catch (StoreException | RuntimeException e) {
      closeQuietly(writer);
      throw e;
    }
  }

  /** Returns whether the file is of the format before, which is to be migrated. */
  public boolean isOlder(StoreConnections connections) throws StoreException {
    try {
      return Schema.contentOf(connections.writer(), config.file()) == Schema.Content.OLDER;
    } catch (SQLException e) {
      throw cannotOpen(e);
    }
  }

  /** Creates what the file lacks, and deletes what an earlier run left beside it. */
  public void prepare(StoreConnections connections) throws StoreException {
    files.deleteLeftovers();
    try {
      Schema.prepare(connections.writer(), config.file());
    } catch (SQLException e) {
      throw cannotOpen(e);
    }
  }

  /**
   * Opens a file that this process had open before; writes nothing, so that a full disk is fine.
   */
  StoreConnections openAgain() throws StoreException {
    DuckDBConnection writer = attach();
    try {
      return new StoreConnections(writer, Schema.TABLES, config.readersMax(), config.queriesMax());
    } catch (SQLException e) {
      closeQuietly(writer);
      throw cannotOpen(e);
    }
  }

  /** Returns the bytes that the file's disk can still take; asks the directory, not the file. */
  public long usableBytes() {
    Path directory = config.file().toAbsolutePath().getParent();
    return directory == null ? Long.MAX_VALUE : directory.toFile().getUsableSpace();
  }

  private DuckDBConnection attach() throws StoreException {
    try {
      return connect();
    } catch (SQLException e) {
      if (!DuckDbErrors.isDamagedWal(e)) {
        throw cannotOpen(e);
      }
      setWalAside("is damaged", String.valueOf(e.getMessage()));
    }
    try {
      return connect();
    } catch (SQLException e) {
      throw cannotOpen(e);
    }
  }

  /** Attaches the file to an empty instance, the only way to set the size of a row group. */
  private DuckDBConnection connect() throws SQLException {
    DuckDBConnection connection =
        (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:", properties());
    try (Statement statement = connection.createStatement()) {
      // So that a start that is refused leaves the file as it was.
      statement.execute("PRAGMA disable_checkpoint_on_shutdown");
      statement.execute(
          "ATTACH %s AS %s (ROW_GROUP_SIZE %d)"
              .formatted(quoted(config.file()), Schema.DATABASE, Schema.ROW_GROUP_ROWS));
      statement.execute("USE " + Schema.DATABASE);
      // No file either but its own and its copy, whatever a query asks for.
      statement.execute("SET enable_external_access = false");
      return connection;
    } catch (SQLException e) {
      closeQuietly(connection);
      throw e;
    }
  }

  /**
   * Requires that the file is as long as its header says. DuckDB would notice only on reading the
   * part that is missing.
   */
  private void requireWhole(DuckDBConnection connection) throws SQLException, StoreException {
    try (Statement statement = connection.createStatement();
        ResultSet sizes =
            statement.executeQuery(
                "SELECT block_size, used_blocks FROM pragma_database_size()"
                    + " WHERE database_name = current_database()")) {
      sizes.next();
      long expected = HEADERS_BYTES + sizes.getLong(1) * sizes.getLong(2);
      long actual = Files.size(config.file());
      if (actual < expected) {
        throw new StoreException(
            "%s is damaged: it was cut short, to %d bytes of at least %d; restore it from a copy"
                .formatted(config.file(), actual, expected));
      }
    } catch (IOException e) {
      throw new StoreException("cannot tell the size of " + config.file(), e);
    }
  }

  /** Sets a write-ahead log without its file aside, since DuckDB would delete it. */
  private void setOrphanedWalAside() throws StoreException {
    if (!Files.exists(config.file())) {
      setWalAside("is there without its file", "a new file is made");
    }
  }

  private Properties properties() {
    Properties properties = new Properties();
    // A file made here can be opened by DuckDB 1.5 as well.
    properties.setProperty("storage_compatibility_version", "v1.5.0");
    // Nothing is fetched from the network, ever.
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("autoload_known_extensions", "false");
    properties.setProperty("allowed_directories", "['" + files.directoryText() + "']");
    properties.setProperty("memory_limit", config.memoryLimitBytes() + "B");
    properties.setProperty("threads", Integer.toString(config.threads()));
    properties.setProperty("temp_directory", config.tempDirectory().toString());
    properties.setProperty("max_temp_directory_size", "8GiB");
    // Put together, row groups of large events need more memory than there is: see Checkpoints.
    properties.setProperty("max_vacuum_tasks", "0");
    // The persister checkpoints; this is for when it cannot keep up.
    properties.setProperty("checkpoint_threshold", "1GB");
    return properties;
  }

  private void setWalAside(String what, String cause) throws StoreException {
    String suffix = ".damaged-" + TIMESTAMP.format(clock.instant());
    try {
      for (String walSuffix : WAL_SUFFIXES) {
        Path wal = sibling(walSuffix);
        if (Files.exists(wal)) {
          Path aside = sibling(walSuffix + suffix);
          Files.move(wal, aside);
          LOG.warn(
              "DuckDB's write-ahead log {} and was moved to {}; what it held is persisted again from"
                  + " the daemon's own log: {}",
              what,
              aside,
              cause);
        }
      }
    } catch (IOException e) {
      throw new StoreException("cannot move the damaged write-ahead log of " + config.file(), e);
    }
  }

  private Path sibling(String suffix) {
    return config.file().resolveSibling(config.file().getFileName() + suffix);
  }

  private StoreException cannotOpen(SQLException cause) {
    String advice = "";
    if (DuckDbErrors.isDiskFull(cause)) {
      advice = "the disk is full; free some space and start again: ";
    } else if (DuckDbErrors.isLocked(cause)) {
      advice = "another process has it open; stop that one first: ";
    } else if (DuckDbErrors.isNewerFile(cause)) {
      advice = "a newer DuckDB wrote it; start the daemon that did: ";
    } else if (DuckDbErrors.isDamagedFile(cause)) {
      advice =
          "it is damaged or no DuckDB file. Nothing was changed; restore it from a copy. If the log"
              + " still begins with 00000000000000000000.log, it is enough to move it away: ";
    } else if (DuckDbErrors.isNotPermitted(cause)) {
      advice = "no permission; change the owner or mode of it and its directory: ";
    }
    return DuckDbErrors.storeException(
        "cannot open " + config.file() + ": " + advice + cause.getMessage(), cause);
  }

  private static String quoted(Path path) {
    return "'" + path.toString().replace("'", "''") + "'";
  }

  private static void closeQuietly(DuckDBConnection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.warn("closing a connection that is of no use failed", e);
    }
  }
}
