package dev.eider.server.store.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.duckdb.DuckDBDriver;

/** DuckDB's native library: 70 MB, loaded by the first connection. */
public final class DuckDbLibrary {
  private DuckDbLibrary() {}

  /**
   * Begins to load the library on a thread of its own, so that opening a store is faster. Does not
   * block. A failure is ignored: opening the store meets it again, and reports it.
   */
  public static void loadAhead() {
    Thread loader = new Thread(DuckDbLibrary::load, "duckdb-load");
    loader.setDaemon(true);
    loader.start();
  }

  private static void load() {
    try (Connection inMemory = new DuckDBDriver().connect("jdbc:duckdb:", new Properties())) {
    } catch (SQLException | LinkageError e) {
      return;
    }
  }
}
