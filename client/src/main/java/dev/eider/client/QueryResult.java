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
 * The answer to a query: its columns, then a row at a time. The daemon sends on as rows are taken,
 * and holds a connection to DuckDB until the last; so close it, at the latest when done. A query
 * ends when its time is over, whether or not its rows were taken.
 *
 * <p>{@link #hasNext} and {@link #next} block for the daemon, and throw {@link EiderException}; the
 * rows before were then not all. Used by one thread, but for {@link #close}, which is thread-safe.
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

  /** Asks; blocks until the columns are known. */
  static QueryResult of(ManagedChannel channel, QueryRequest request) {
    return new QueryResult(channel, request);
  }

  /** The columns, from left to right. */
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

  /** A value for each column; query_service.proto says how each type is carried. */
  @Override
  public ListValue next() {
    if (!hasNext()) {
      throw new NoSuchElementException("after the last row");
    }
    return rows.next();
  }

  /** Ends the query, if it has not ended. Does not block. */
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
