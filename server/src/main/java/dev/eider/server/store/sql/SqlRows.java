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
  private final int lines;
  private final UnaryOperator<QueryException> onFailure;
  private final DuckDBChunkedResult result;

  /** Rows of the chunks before. */
  private long before;

  private long chunkRows;
  private long row = -1;

  /**
   * Takes over the statement, whose columns have the simple types of the forms; if there is one
   * more, it is that of a {@link CarriedSelect}.
   *
   * @param lines of the caller's statement, if it is carried
   */
  SqlRows(
      DuckDBPreparedStatement statement,
      List<SqlColumn> columns,
      List<ColumnForm> forms,
      int lines,
      UnaryOperator<QueryException> onFailure)
      throws SQLException {
    this.statement = statement;
    this.lines = lines;
    this.onFailure = onFailure;
    this.columns = columns;
    this.forms = forms.toArray(ColumnForm[]::new);
    result = statement.query();
    vectors = new DuckDBReadableVector[Math.toIntExact(result.columnCount())];
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
    before += chunkRows;
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
    return onFailure.apply(QueryException.of(sql).ofCarried(lines));
  }

  /**
   * Returns the current row.
   *
   * @throws QueryException ROW_TOO_LARGE; the rows before it are as they should be
   */
  public ListValue row() throws QueryException {
    if (vectors.length > forms.length && !vectors[forms.length].isNull(row)) {
      long tooLarge = vectors[forms.length].getLong(row);
      throw wide(CarriedSelect.column(tooLarge)).tooLarge(CarriedSelect.bytes(tooLarge));
    }
    ListValue.Builder values = ListValue.newBuilder();
    long bytes = 0;
    int largest = 0;
    for (int i = 0; i < forms.length; i++) {
      Value value = value(i);
      bytes += value.getSerializedSize();
      values.addValues(value);
      if (value.getSerializedSize() > values.getValues(largest).getSerializedSize()) {
        largest = i;
      }
      if (bytes > ROW_BYTES_MAX) {
        throw wide(largest).tooLarge(values.getValues(largest).getSerializedSize());
      }
    }
    return values.build();
  }

  private Value value(int column) throws QueryException {
    try {
      return forms[column].value(vectors[column], row);
    } catch (UncheckedIOException e) {
      throw wide(column).notCarried(String.valueOf(e.getMessage()));
    }
  }

  private WideRow wide(int column) {
    return WideRow.of(column, before + row + 1, columns, vectors, row);
  }

  @Override
  public void close() throws SQLException {
    result.close();
    statement.close();
  }
}
