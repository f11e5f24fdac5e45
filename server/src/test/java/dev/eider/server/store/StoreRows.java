package dev.eider.server.store;

import dev.eider.server.store.duckdb.DuckDbStore;
import dev.eider.server.store.sql.SqlParameters;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks a store in SQL, past everything that keeps a caller from writing. */
public final class StoreRows {
  private StoreRows() {}

  /** Returns every row, its times as java.time values, its lists as Lists, its blobs as arrays. */
  public static List<List<@Nullable Object>> of(DuckDbStore store, String sql, Object... parameters)
      throws StoreException {
    return store.read(connection -> read(connection, sql, parameters));
  }

  /** Returns the first value of the first row. */
  public static Object value(DuckDbStore store, String sql, Object... parameters)
      throws StoreException {
    return of(store, sql, parameters).get(0).get(0);
  }

  private static List<List<@Nullable Object>> read(
      Connection connection, String sql, Object... parameters) throws SQLException {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (PreparedStatement statement =
            new SqlParameters(sql).add("", parameters).prepare(connection);
        ResultSet result = statement.executeQuery()) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<@Nullable Object> row = new ArrayList<>(columns);
        for (int i = 1; i <= columns; i++) {
          row.add(value(result, i));
        }
        rows.add(row);
      }
    }
    return rows;
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
    return value;
  }
}
