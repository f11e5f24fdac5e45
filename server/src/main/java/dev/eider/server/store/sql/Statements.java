package dev.eider.server.store.sql;

import static dev.eider.server.base.Invariants.require;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Runs statements without parameters. */
public final class Statements {
  private Statements() {}

  /** Runs statements that answer nothing. */
  public static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns the one number that a query answers with. */
  public static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      require(rows.next(), "no row: %s", sql);
      return rows.getLong(1);
    }
  }
}
