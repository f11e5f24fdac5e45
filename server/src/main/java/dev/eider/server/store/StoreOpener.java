package dev.eider.server.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the file. Immutable.
 *
 * <p>A damaged write-ahead log of DuckDB's is set aside: what it held is still in the daemon's own
 * log, which is trimmed only behind a checkpoint, and is persisted again from there. The main file
 * is never touched other than through DuckDB, because opening and closing it in this process would
 * drop DuckDB's lock on it.
 */
final class StoreOpener {
  private static final Logger LOG = LoggerFactory.getLogger(StoreOpener.class);

  /** The write-ahead log, and what it is called in the course of a checkpoint. */
  private static final List<String> WAL_SUFFIXES =
      List.of(".wal", ".wal.checkpoint", ".wal.recovery");

  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final StoreConfig config;
  private final Clock clock;

  StoreOpener(StoreConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /**
   * Opens the file and brings it to this daemon's format. A file that has its tables and cannot be
   * written, as on a full disk, is opened all the same, so that it can be read; its views are then
   * those of an earlier start.
   */
  StoreConnections open() throws StoreException {
    DuckDBConnection writer = attach();
    try {
      boolean isReadable = Schema.isPrepared(writer, config.file());
      try {
        Schema.prepare(writer, config.file());
      } catch (SQLException e) {
        if (!isReadable || !DuckDbErrors.isOfEnvironment(e)) {
          throw e;
        }
        LOG.warn("{} can be read but not written: {}", config.file(), e.getMessage());
        writer.close();
        return openAgain();
      }
      return new StoreConnections(writer, config.readersMax());
    } catch (SQLException e) {
      closeQuietly(writer);
      throw cannotOpen(e);
    } catch (StoreException | RuntimeException e) {
      closeQuietly(writer);
      throw e;
    }
  }

  /**
   * Opens a file that this process had open before; writes nothing, so that a full disk is fine.
   */
  StoreConnections openAgain() throws StoreException {
    DuckDBConnection writer = attach();
    try {
      return new StoreConnections(writer, config.readersMax());
    } catch (SQLException e) {
      closeQuietly(writer);
      throw cannotOpen(e);
    }
  }

  /** How many bytes the file's disk can still take; asks the directory, not the file. */
  long usableBytes() {
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
      setWalAside(e);
    }
    try {
      return connect();
    } catch (SQLException e) {
      throw cannotOpen(e);
    }
  }

  private DuckDBConnection connect() throws SQLException {
    return (DuckDBConnection)
        DriverManager.getConnection("jdbc:duckdb:" + config.file(), properties());
  }

  private Properties properties() {
    Properties properties = new Properties();
    // A file made here can be opened by DuckDB 1.5 as well.
    properties.setProperty("storage_compatibility_version", "v1.5.0");
    // Nothing is fetched from the network, ever.
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("autoload_known_extensions", "false");
    properties.setProperty("memory_limit", config.memoryLimitBytes() + "B");
    properties.setProperty("threads", Integer.toString(config.threads()));
    properties.setProperty("temp_directory", config.tempDirectory().toString());
    properties.setProperty("max_temp_directory_size", "8GiB");
    // The persister checkpoints; this is for when it cannot keep up.
    properties.setProperty("checkpoint_threshold", "1GB");
    return properties;
  }

  private void setWalAside(SQLException cause) throws StoreException {
    String suffix = ".damaged-" + TIMESTAMP.format(clock.instant());
    try {
      for (String walSuffix : WAL_SUFFIXES) {
        Path wal = sibling(walSuffix);
        if (Files.exists(wal)) {
          Path aside = sibling(walSuffix + suffix);
          Files.move(wal, aside);
          LOG.warn(
              "DuckDB's write-ahead log is damaged and was moved to {}; what it held is persisted"
                  + " again from the daemon's own log: {}",
              aside,
              cause.getMessage());
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
    } else if (DuckDbErrors.isDamagedFile(cause)) {
      advice = "it is damaged or no DuckDB file; restore it from a copy, or move it away: ";
    }
    return new StoreException(
        "cannot open " + config.file() + ": " + advice + cause.getMessage(), cause);
  }

  private static void closeQuietly(DuckDBConnection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.warn("closing a connection that is of no use failed", e);
    }
  }
}
