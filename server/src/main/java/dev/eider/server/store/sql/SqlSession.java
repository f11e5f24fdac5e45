package dev.eider.server.store.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBPreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is lent to one query of a caller. Nothing here keeps a statement from writing:
 * its syntax tree is checked before it comes here. Used by one thread, but for {@link #cancel},
 * which is thread-safe.
 */
public final class SqlSession implements AutoCloseable {
  private static final String UNKNOWN_TYPE = "UNKNOWN";

  private final DuckDBConnection connection;
  private final Consumer<SqlSession> onClose;
  private final Consumer<QueryException> onFailure;

  private final Cancellation cancellation = new Cancellation();

  public SqlSession(
      DuckDBConnection connection,
      Consumer<SqlSession> onClose,
      Consumer<QueryException> onFailure) {
    this.connection = connection;
    this.onClose = onClose;
    this.onFailure = onFailure;
  }

  public DuckDBConnection connection() {
    return connection;
  }

  /** Returns the syntax tree of a text as JSON, or its errors; runs nothing of it. Blocks. */
  public String syntaxTree(String sql) throws QueryException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT json_serialize_sql(CAST(? AS VARCHAR), skip_null := true, skip_empty :="
                + " true)")) {
      statement.setString(1, sql);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getString(1);
      }
    } catch (SQLException e) {
      throw failed(QueryException.of(e));
    }
  }

  /**
   * Begins a SELECT. Blocks until there is something to read.
   *
   * @param parameters null, Boolean, Long, Double and String
   */
  public SqlRows select(String sql, List<@Nullable Object> parameters) throws QueryException {
    List<SqlColumn> columns;
    try {
      columns = columns(sql, parameters);
    } catch (SQLException e) {
      throw failed(QueryException.of(e));
    }
    List<ColumnForm> forms = columns.stream().map(column -> ColumnForm.of(column.type())).toList();
    int lines = 1 + (int) sql.chars().filter(c -> c == '\n').count();
    try {
      return open(CarriedSelect.of(sql, forms), parameters, columns, forms, lines);
    } catch (SQLException e) {
      throw failed(QueryException.of(e).ofCarried(lines));
    }
  }

  /** Explains a SELECT, or runs and explains it; its answer is text. Blocks. */
  public SqlRows explain(String sql, List<@Nullable Object> parameters) throws QueryException {
    List<SqlColumn> columns =
        List.of(new SqlColumn("explain_key", "VARCHAR"), new SqlColumn("explain_value", "VARCHAR"));
    try {
      return open(sql, parameters, columns, List.of(ColumnForm.TEXT, ColumnForm.TEXT), 0);
    } catch (SQLException e) {
      throw failed(QueryException.of(e));
    }
  }

  /** Cancels the query, which then fails with {@link QueryException.Kind#CANCELLED}. */
  public void cancel() {
    cancellation.cancel();
  }

  /** Gives the connection back; what was opened has to be closed before. */
  @Override
  public void close() {
    onClose.accept(this);
  }

  /** Reports a failure to the session's owner, and returns it. */
  QueryException failed(QueryException e) {
    onFailure.accept(e);
    return e;
  }

  private SqlRows open(
      String sql,
      List<@Nullable Object> parameters,
      List<SqlColumn> columns,
      List<ColumnForm> forms,
      int lines)
      throws SQLException {
    DuckDBPreparedStatement statement = connection.prepare(sql);
    try {
      bind(statement, parameters);
      cancellation.beforeRunning(statement);
      return new SqlRows(statement, columns, forms, lines, this::failed);
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  private List<SqlColumn> columns(String sql, List<@Nullable Object> parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int expected = statement.getParameterMetaData().getParameterCount();
      if (expected != parameters.size()) {
        throw new SQLException(
            "Invalid Input Error: the statement has %d parameters, and %d values were given"
                .formatted(expected, parameters.size()));
      }
      ResultSetMetaData shape = statement.getMetaData();
      List<SqlColumn> columns = new ArrayList<>();
      for (int i = 1; i <= shape.getColumnCount(); i++) {
        if (shape.getColumnTypeName(i).equals(UNKNOWN_TYPE)) {
          return describe(sql, parameters);
        }
        columns.add(new SqlColumn(shape.getColumnLabel(i), plain(shape.getColumnTypeName(i))));
      }
      return columns;
    }
  }

  /** Returns the columns of a statement whose types depend on its parameters. */
  private List<SqlColumn> describe(String sql, List<@Nullable Object> parameters)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("DESCRIBE SELECT * FROM (\n" + sql + "\n)")) {
      bind(statement, parameters);
      try (ResultSet rows = statement.executeQuery()) {
        List<SqlColumn> columns = new ArrayList<>();
        while (rows.next()) {
          columns.add(new SqlColumn(rows.getString(1), plain(rows.getString(2))));
        }
        return columns;
      }
    }
  }

  /** Returns a type without the quotes that an untyped NULL has. */
  private static String plain(String type) {
    return type.replace("\"", "");
  }

  private static void bind(PreparedStatement statement, List<@Nullable Object> parameters)
      throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      statement.setObject(i + 1, parameters.get(i));
    }
  }
}
