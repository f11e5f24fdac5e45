package dev.eider.server.store.write;

import static dev.eider.server.base.Invariants.require;

import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.PersistBatch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.duckdb.DuckDBConnection;

/** What the persister writes at a time. */
public final class StoreTransaction {
  private StoreTransaction() {}

  /** Writes a batch and its place in the log; owned by the thread that calls. */
  public static void write(
      DuckDBConnection writer, PersistBatch batch, StagingArea staging, Checkpoints checkpoints)
      throws SQLException {
    // The statement and not setAutoCommit(false), which an appender's own flushes do not heed.
    execute(writer, "BEGIN TRANSACTION");
    EventAppender.append(writer, batch.events(), checkpoints);
    staging.load(writer, batch.staged(), checkpoints);
    RunRows.replace(
        writer,
        batch.runs().stream().filter(FoldedRun::isSeen).toList(),
        persistedPosition(writer));
    RunDeletion.apply(writer, batch.runs().stream().filter(FoldedRun::isDeleted).toList());
    try (PreparedStatement update =
        writer.prepareStatement(
            "UPDATE store_state SET persisted_position = ? WHERE persisted_position <= ?")) {
      update.setLong(1, batch.nextPosition());
      update.setLong(2, batch.nextPosition());
      require(
          update.executeUpdate() == 1,
          "position %d lies before what is persisted",
          batch.nextPosition());
    }
    execute(writer, "COMMIT");
  }

  public static long persistedPosition(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT persisted_position FROM store_state")) {
      require(rows.next(), "store_state is empty");
      return rows.getLong(1);
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
