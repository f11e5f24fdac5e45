package dev.eider.server.store.sql;

import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBReadableVector;

/**
 * The answer to a query, streamed: DuckDB computes some 10 MB ahead of the reader and no further,
 * and values reach the heap one row at a time. Used by one thread.
 */
public final class SqlRows implements AutoCloseable {
  /** The most bytes of a row. */
  public static final int ROW_BYTES_MAX = RowBound.BYTES_MAX;

  private final DuckDBPreparedStatement statement;
  private final List<SqlColumn> columns;
  private final ColumnForm[] forms;
  private final DuckDBReadableVector[] vectors;
  private final UnaryOperator<QueryException> onFailure;
  private final DuckDBChunkedResult result;
  private long chunkRows;
  private long row = -1;

  /** Takes over the statement, whose columns have the simple types of the forms. */
  SqlRows(
      DuckDBPreparedStatement statement,
      List<SqlColumn> columns,
      List<ColumnForm> forms,
      UnaryOperator<QueryException> onFailure)
      throws SQLException {
    this.statement = statement;
    this.onFailure = onFailure;
    this.columns = columns;
    this.forms = forms.toArray(ColumnForm[]::new);
    vectors = new DuckDBReadableVector[this.forms.length];
    result = statement.query();
  }

  public List<SqlColumn> columns() {
    return columns;
  }

  /** Moves to the next row; returns false after the last. Blocks. */
  public boolean next() throws QueryException {
    row++;
    while (row >= chunkRows) {
      if (!nextChunk()) {
        return false;
      }
    }
    return true;
  }

  private boolean nextChunk() throws QueryException {
    try {
      if (!result.nextChunk()) {
        return false;
      }
    } catch (Exception e) {
      throw thrown(e);
    }
    DuckDBDataChunkReader chunk = result.chunk();
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = chunk.vector(i);
    }
    chunkRows = chunk.rowCount();
    row = 0;
    return true;
  }

  /** Unwraps an SQLException, which the driver throws here undeclared, itself or as a cause. */
  private QueryException thrown(Exception e) {
    SQLException sql =
        e instanceof SQLException itself
            ? itself
            : e.getCause() instanceof SQLException cause ? cause : null;
    if (sql == null) {
      throw new IllegalStateException("DuckDB's driver failed", e);
    }
    return onFailure.apply(QueryException.of(sql).withoutLine());
  }

  /** Returns the current row. */
  public ListValue row() throws QueryException {
    ListValue.Builder values = ListValue.newBuilder();
    long bytes = 0;
    for (int i = 0; i < forms.length; i++) {
      Value value = value(i);
      bytes += value.getSerializedSize();
      if (bytes > ROW_BYTES_MAX) {
        String text = "a row is larger than " + ROW_BYTES_MAX + " bytes";
        throw new QueryException(
            QueryException.Kind.ROW_TOO_LARGE, text, new IllegalStateException(text));
      }
      values.addValues(value);
    }
    return values.build();
  }

  private Value value(int column) throws QueryException {
    try {
      return forms[column].value(vectors[column], row);
    } catch (UncheckedIOException e) {
      throw new QueryException(
          QueryException.Kind.ROW_TOO_LARGE, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void close() throws SQLException {
    result.close();
    statement.close();
  }
}
