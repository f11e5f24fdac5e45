package dev.eider.server.store.write;

import dev.eider.server.base.Invariants;
import dev.eider.server.store.StagedRows;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.store.sql.Statements;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBConnection;

/** Loads the events of staged files into the events table. Owned by the persister's thread. */
final class StagedLoader {
  private final StoreConfig config;
  private final Checkpoints checkpoints;
  private final CheckpointBudget budget;

  StagedLoader(StoreConfig config, Checkpoints checkpoints, CheckpointBudget budget) {
    this.config = config;
    this.checkpoints = checkpoints;
    this.budget = budget;
  }

  /**
   * Appends a file's events within the connection's open transaction.
   *
   * <p>When there are too many large ones for one checkpoint, it commits what it has, makes one,
   * and goes on in a transaction of its own. Until the last, which is the caller's, no run has
   * these events; what a failure left of them is deleted when it begins again.
   */
  void load(DuckDBConnection writer, StagedRows staged) throws SQLException {
    Statements.execute(writer, "DELETE FROM events WHERE position = " + staged.position());
    Path path = config.stagingDirectory().resolve(staged.file().name());
    Invariants.require(Files.exists(path), "%s is missing", path);
    try (DuckDBConnection source = open(path);
        Statement statement = source.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT run_id, seq, octet_length(event), event FROM " + table(source))) {
      StagedEvents events = new StagedEvents(staged, rows);
      while (!events.append(writer, budget)) {
        Statements.execute(writer, "COMMIT");
        if (!checkpoints.make(writer)) {
          throw new SQLException("no checkpoint can be made in the course of " + path);
        }
        Statements.execute(writer, "BEGIN TRANSACTION");
      }
    }
  }

  /** Returns the table of events; a file that an earlier build staged has it beside no views. */
  private static String table(DuckDBConnection source) throws SQLException {
    return Statements.number(
                source, "SELECT count(*) FROM duckdb_schemas() WHERE schema_name = 'eider'")
            > 0
        ? "eider.events"
        : "events";
  }

  private DuckDBConnection open(Path path) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("access_mode", "READ_ONLY");
    properties.setProperty("jdbc_stream_results", "true");
    properties.setProperty("autoinstall_known_extensions", "false");
    properties.setProperty("autoload_known_extensions", "false");
    properties.setProperty("enable_external_access", "false");
    properties.setProperty("memory_limit", config.memoryLimitBytes() + "B");
    properties.setProperty("threads", "1");
    properties.setProperty("temp_directory", config.tempDirectory().toString());
    return (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:" + path, properties);
  }
}
