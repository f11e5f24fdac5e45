package dev.eider.it.query;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;

/**
 * A program of its own that asks a file with whichever DuckDB is on its class path, and knows
 * nothing of Eider. Prints a line a statement: the rows, sorted, or the error.
 */
final class StockDuckDb {
  private StockDuckDb() {}

  /**
   * @param arguments the file, then statements
   */
  public static void main(String[] arguments) throws SQLException {
    Properties readOnly = new Properties();
    readOnly.setProperty("duckdb.read_only", "true");
    try (Connection connection =
        DriverManager.getConnection("jdbc:duckdb:" + Path.of(arguments[0]), readOnly)) {
      for (int i = 1; i < arguments.length; i++) {
        System.out.println(answer(connection, arguments[i]).replace("\n", " "));
      }
    }
  }

  private static String answer(Connection connection, String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> answer = new ArrayList<>();
      while (rows.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          row.add(rows.getString(i));
        }
        answer.add(row.toString());
      }
      return new TreeSet<>(answer).toString();
    } catch (SQLException e) {
      return "ERROR " + e.getMessage();
    }
  }
}
