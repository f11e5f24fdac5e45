package dev.eider.client;

import com.google.protobuf.ListValue;
import dev.eider.v1.QueryColumn;
import dev.eider.v1.QueryRequest;
import dev.eider.v1.QueryResponse;
import dev.eider.v1.QueryServiceGrpc;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The answer to a query: its columns, then a row at a time. The daemon sends more as rows are read
 * and holds a connection to DuckDB until the last row, so close the result when done. A query ends
 * at its timeout, whether or not its rows were read.
 *
 * <p>{@link #hasNext} and {@link #next} wait for the daemon and throw {@link EiderException}, after
 * which the rows read so far are incomplete. Used by one thread, except {@link #close}, which is
 * thread-safe.
 */
public final class QueryResult implements Iterator<ListValue>, AutoCloseable {
  private final Context.CancellableContext context;
  private final Iterator<QueryResponse> responses;
  private final List<QueryColumn> columns;
  private Iterator<ListValue> rows = Collections.emptyIterator();

  private QueryResult(ManagedChannel channel, QueryRequest request) {
    context = Context.current().withCancellation();
    Context before = context.attach();
    try {
      responses = QueryServiceGrpc.newBlockingStub(channel).query(request);
    } finally {
      context.detach(before);
    }
    columns = first().getSchema().getColumnsList();
  }

  /** Starts a query. Blocks until the columns are known. */
  static QueryResult of(ManagedChannel channel, QueryRequest request) {
    return new QueryResult(channel, request);
  }

  /** Returns the columns, from left to right. */
  public List<QueryColumn> columns() {
    return columns;
  }

  @Override
  public boolean hasNext() {
    try {
      while (!rows.hasNext() && responses.hasNext()) {
        rows = responses.next().getRows().getRowsList().iterator();
      }
      return rows.hasNext();
    } catch (StatusRuntimeException e) {
      throw EiderException.of(e);
    }
  }

  /** Returns the next row: a value for each column, in the encoding of query_service.proto. */
  @Override
  public ListValue next() {
    if (!hasNext()) {
      throw new NoSuchElementException("after the last row");
    }
    return rows.next();
  }

  /** Cancels the query if it has not ended. Does not block. */
  @Override
  public void close() {
    context.cancel(null);
  }

  private QueryResponse first() {
    try {
      return responses.next();
    } catch (StatusRuntimeException e) {
      context.cancel(null);
      throw EiderException.of(e);
    }
  }
}
