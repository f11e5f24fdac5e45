package dev.eider.server.store.sql;

import dev.eider.server.store.StoreException;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs queries of the daemon's own and its tests. */
public final class SqlTables {
  private SqlTables() {}

  public static SqlTable query(Connection connection, String sql, Object... parameters)
      throws SQLException, StoreException {
    try (PreparedStatement statement =
            new SqlParameters(sql).add("", parameters).prepare(connection);
        ResultSet result = statement.executeQuery()) {
      ResultSetMetaData shape = result.getMetaData();
      List<String> columns = new ArrayList<>();
      for (int i = 1; i <= shape.getColumnCount(); i++) {
        columns.add(shape.getColumnLabel(i));
      }
      List<List<@Nullable Object>> rows = new ArrayList<>();
      while (result.next()) {
        if (rows.size() == SqlTable.ROWS_MAX) {
          throw new StoreException(
              "the query has more than " + SqlTable.ROWS_MAX + " rows; add a LIMIT");
        }
        rows.add(row(result, columns.size()));
      }
      return new SqlTable(List.copyOf(columns), Collections.unmodifiableList(rows));
    }
  }

  private static List<@Nullable Object> row(ResultSet result, int columns) throws SQLException {
    List<@Nullable Object> row = new ArrayList<>(columns);
    for (int i = 1; i <= columns; i++) {
      row.add(value(result, i));
    }
    return Collections.unmodifiableList(row);
  }

  private static @Nullable Object value(ResultSet result, int column) throws SQLException {
    Object value = result.getObject(column);
    if (value instanceof Timestamp) {
      // Without a zone, as it is stored; java.sql.Timestamp means the JVM's own.
      return result.getObject(column, LocalDateTime.class);
    }
    if (value instanceof Blob) {
      return result.getBytes(column);
    }
    if (value instanceof Array array) {
      return Arrays.asList((Object[]) array.getArray());
    }
    return isPlain(value) ? value : value.toString();
  }

  private static boolean isPlain(@Nullable Object value) {
    return value == null
        || value instanceof String
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof Map
        || value instanceof Temporal;
  }
}
