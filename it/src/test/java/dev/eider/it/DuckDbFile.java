package dev.eider.it;

import dev.eider.server.store.row.EventDelta;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The file of a stopped daemon: its tables, and behind them the views that callers ask. */
public final class DuckDbFile implements AutoCloseable {
  /** What {@link #event} reads, after the seq; a blank ends it. */
  public static final String SELECT_EVENTS =
      "SELECT seq, event_size, event_rest, encode(payload_json || coalesce(attributes, '')) FROM events ";

  private final Connection connection;

  private DuckDbFile(Connection connection) {
    this.connection = connection;
  }

  /** Opens it for reading; the daemon must not run, since it locks its file. */
  public static DuckDbFile of(Daemon daemon) {
    if (daemon.isAlive()) {
      throw new IllegalStateException("the daemon still has the file");
    }
    return of(daemon.dataDirectory().resolve("events.duckdb"));
  }

  /** Opens any file of DuckDB for reading. */
  public static DuckDbFile of(Path file) {
    Properties readOnly = new Properties();
    readOnly.setProperty("duckdb.read_only", "true");
    try {
      Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file, readOnly);
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET search_path = 'eider,main'");
      }
      return new DuckDbFile(connection);
    } catch (SQLException e) {
      throw new AssertionError("the file cannot be opened", e);
    }
  }

  /** Executes statements on a file, which is made when it is not there. */
  public static void change(Path file, String... statements) {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The encoded event of a row of {@link #SELECT_EVENTS}. */
  public static byte[] event(ResultSet row) throws SQLException {
    return EventDelta.restore(row.getBytes(3), row.getBytes(4), row.getInt(2));
  }

  /** The one number that a query gives. */
  public long number(String sql) {
    return rows(sql, row -> row.getLong(1)).get(0);
  }

  public <T> List<T> rows(String sql, RowReader<T> reader) {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<T> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(reader.read(result));
      }
      return rows;
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new AssertionError("the file cannot be closed", e);
    }
  }

  /** Turns the current row into a value. */
  public interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }
}
