package dev.eider.server.store.read;

import dev.eider.server.event.RunId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Reads the ids of all runs in parts, since DuckDB has an answer as a whole in memory. */
final class StoredIds {
  /** How many ids a part has, about. */
  private static final int PART_IDS = 100_000;

  private StoredIds() {}

  static int parts(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM deleted_runs)")) {
      rows.next();
      return (int) (1 + rows.getLong(1) / PART_IDS);
    }
  }

  static void readRuns(Connection connection, int part, int parts, BiConsumer<RunId, String> runs)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT run_id, coalesce(request_id, '') FROM runs WHERE hash(run_id) %% %d = %d"
                    .formatted(parts, part))) {
      while (rows.next()) {
        runs.accept(new RunId(rows.getString(1)), rows.getString(2));
      }
    }
  }

  static void readDeleted(Connection connection, int part, int parts, Consumer<byte[]> deleted)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT id_hash FROM deleted_runs WHERE hash(id_hash) %% %d = %d"
                    .formatted(parts, part))) {
      while (rows.next()) {
        deleted.accept(rows.getBytes(1));
      }
    }
  }
}
