package dev.eider.bench.peer;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A database file and how it is opened. Thread-safe. */
record SqliteFile(Path path) {
  /** The page size counts for the connection that makes the file. */
  private static final List<String> SETTINGS =
      List.of(
          "page_size = 8192",
          "journal_mode = WAL",
          "synchronous = FULL",
          "wal_autocheckpoint = 4000",
          "busy_timeout = 30000",
          "cache_size = -65536",
          "mmap_size = 2147418112",
          "temp_store = MEMORY");

  Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
    try (Statement statement = connection.createStatement()) {
      for (String setting : SETTINGS) {
        statement.execute("PRAGMA " + setting);
      }
    }
    return connection;
  }

  Path directory() {
    return path.getParent();
  }
}
