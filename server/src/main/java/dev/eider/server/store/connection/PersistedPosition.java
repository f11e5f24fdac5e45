package dev.eider.server.store.connection;

import static dev.eider.server.base.Invariants.require;

import dev.eider.server.store.sql.SqlParameters;
import dev.eider.server.store.sql.Statements;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The log position up to which the file holds everything, exclusive; it never goes back. */
public final class PersistedPosition {
  private PersistedPosition() {}

  /** Returns the position that a connection sees. */
  public static long read(Connection connection) throws SQLException {
    return Statements.number(connection, "SELECT persisted_position FROM store_state");
  }

  /** Moves the position forward within the connection's open transaction. */
  public static void advance(Connection writer, long position) throws SQLException {
    try (PreparedStatement update =
        new SqlParameters("UPDATE store_state")
            .add("SET persisted_position = ? WHERE persisted_position <= ?", position, position)
            .prepare(writer)) {
      require(update.executeUpdate() == 1, "position %d lies before what is persisted", position);
    }
  }
}
