package dev.eider.server.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Builds a statement: its text and the values of its question marks. Used by one thread. */
public final class SqlParameters {
  private final StringBuilder sql;
  private final List<Object> values = new ArrayList<>();

  public SqlParameters(String sql) {
    this.sql = new StringBuilder(sql);
  }

  /** Adds text with as many question marks as values; a Collection of texts is one value. */
  public SqlParameters add(String text, Object... more) {
    sql.append(' ').append(text);
    values.addAll(List.of(more));
    return this;
  }

  /** Prepares the statement; the caller closes it. */
  public PreparedStatement prepare(Connection connection) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql.toString());
    try {
      for (int i = 0; i < values.size(); i++) {
        bind(connection, statement, i + 1, values.get(i));
      }
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
    return statement;
  }

  private static void bind(
      Connection connection, PreparedStatement statement, int index, Object value)
      throws SQLException {
    if (value instanceof Collection<?> texts) {
      statement.setArray(index, connection.createArrayOf("VARCHAR", texts.toArray()));
    } else {
      statement.setObject(index, value);
    }
  }
}
