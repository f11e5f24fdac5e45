package dev.eider.server.query;

import com.google.protobuf.ListValue;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Registration;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.base.Signal;
import dev.eider.server.base.StreamedCall;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.sql.QueryException;
import dev.eider.server.store.sql.SqlColumn;
import dev.eider.server.store.sql.SqlRows;
import dev.eider.server.store.sql.SqlSession;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.QueryColumn;
import dev.eider.v1.QueryResponse;
import dev.eider.v1.QueryRows;
import dev.eider.v1.QuerySchema;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One query, from its waiting for {@code min_seqs} to its last row.
 *
 * <p>It waits on the timer, which costs no thread, and then runs on one of the query threads, which
 * it keeps until its reader has taken the last row or its time is over. Whoever ends it first (the
 * rows, the time, the caller, the daemon's stop) gives the only answer; DuckDB is told to stop, and
 * a call of a function that does not heed that keeps the thread but not the caller. Thread-safe.
 */
public final class QueryCall implements StreamedCall {
  private static final Logger LOG = LoggerFactory.getLogger(QueryCall.class);
  private static final long POLL_MS = 10;

  /** A thread that has just answered is free a moment later. */
  private static final long THREAD_WAIT_MS = 500;

  private static final long READY_POLL_MS = 1_000;
  private static final int BATCH_ROWS_MAX = 1_000;
  private static final int BATCH_BYTES = 256 << 10;

  private final Question question;
  private final ResponseStream<QueryResponse> responses;
  private final Queries queries;
  private final Signal ready;
  private final MinSeqs minSeqs;

  /** Guards the responses, which one thread may use at a time; nothing under it blocks. */
  private final Object answer = new Object();

  // Written under the lock on the answer.
  private volatile boolean ended;

  // Written by the timer or the starting thread, read by the timer.
  private volatile boolean isRunning;

  // Used by the starting thread, then by the timer, which it was handed to.
  private long waitedMs;

  // Written by the starting thread, read by those that end it.
  private volatile @Nullable Registration end;

  // Written by the query thread, read by those that end it.
  private volatile @Nullable SqlSession session;

  QueryCall(
      Question question, ResponseStream<QueryResponse> responses, Queries queries, Signal ready) {
    this.question = question;
    this.responses = responses;
    this.queries = queries;
    this.ready = ready;
    minSeqs = new MinSeqs(question.minSeqs(), queries.ground().hub());
  }

  /** Begins; does not block. */
  @Override
  public void start() {
    queries.add(this);
    end = queries.timer().after(queries.bounds().timeoutMs(question), this::timeIsOver);
    if (!question.minSeqs().isEmpty()) {
      // Asks the persister to hurry.
      var unused = queries.ground().hub().progress().await(queries.ground().logEnd().getAsLong());
    }
    proceed();
  }

  /** Goes on, since the responses may be ready; does not block. */
  @Override
  public void wake() {
    ready.raise();
  }

  /** Ends it without an answer, since the caller has gone; does not block. */
  @Override
  public void cancel() {
    synchronized (answer) {
      ended = true;
    }
    stop();
  }

  /** Ends it with a refusal, unless it has ended; does not block. */
  void fail(BrokerException refusal) {
    synchronized (answer) {
      if (!ended) {
        ended = true;
        responses.fail(refusal);
      }
    }
    stop();
  }

  private void stop() {
    queries.remove(this);
    Registration time = end;
    if (time != null) {
      time.close();
    }
    ready.raise();
    SqlSession running = session;
    if (running != null) {
      running.cancel();
    }
  }

  private void proceed() {
    if (ended) {
      return;
    }
    try {
      if (!minSeqs.isPersisted()) {
        var unused = queries.timer().after(POLL_MS, this::proceed);
        return;
      }
      isRunning = true;
      if (!queries.tryExecute(this::run)) {
        waitedMs += POLL_MS;
        if (waitedMs > THREAD_WAIT_MS) {
          throw queries.overloaded();
        }
        var unused = queries.timer().after(POLL_MS, this::proceed);
      }
    } catch (BrokerException refusal) {
      fail(refusal);
    }
  }

  private void timeIsOver() {
    long ms = queries.bounds().timeoutMs(question);
    fail(
        isRunning
            ? limit("the query took longer than " + ms + " ms", "limit_ms", ms)
            : BrokerException.of(
                    ErrorReason.ERROR_REASON_WAIT_TIMED_OUT,
                    "DuckDB did not hold min_seqs within " + ms + " ms; ask again to wait on")
                .with("limit", ms));
  }

  @SuppressWarnings("CatchAllThrowable") // the last stop before the thread goes on to the next
  private void run() {
    try (SqlSession opened = queries.ground().sessions().open()) {
      session = opened;
      if (!ended) {
        minSeqs.require(queries.ground().reader());
        answer(opened);
      }
    } catch (BrokerException refusal) {
      fail(refusal);
    } catch (QueryException e) {
      fail(refusal(e));
    } catch (StoreException e) {
      fail(unavailable(String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(unavailable("the daemon is stopping"));
    } catch (Exception e) {
      LOG.error("a query ended by a defect", e);
      fail(
          BrokerException.of(
              ErrorReason.ERROR_REASON_INTERNAL, "a defect of the daemon; see its log"));
    } finally {
      session = null;
    }
  }

  private void answer(SqlSession opened) throws Exception {
    StatementGate.Checked statement = StatementGate.check(question.sql(), opened);
    try (SqlRows rows =
        statement.isExplain()
            ? opened.explain(statement.sql(), question.parameters())
            : opened.select(statement.sql(), question.parameters())) {
      send(QueryResponse.newBuilder().setSchema(schema(rows.columns())).build());
      sendAll(rows);
    }
    synchronized (answer) {
      if (!ended) {
        ended = true;
        responses.end();
      }
    }
    stop();
  }

  private void sendAll(SqlRows rows) throws QueryException, InterruptedException {
    long rowsMax = queries.bounds().rowsMax(question);
    long count = 0;
    long bytes = 0;
    QueryRows.Builder batch = QueryRows.newBuilder();
    while (!ended && rows.next()) {
      if (count == rowsMax) {
        send(QueryResponse.newBuilder().setRows(batch).build());
        throw limit("the query has more than " + rowsMax + " rows", "limit_rows", rowsMax);
      }
      count++;
      ListValue row = rows.row();
      if (batch.getRowsCount() > 0
          && (batch.getRowsCount() == BATCH_ROWS_MAX
              || bytes + row.getSerializedSize() > BATCH_BYTES)) {
        send(QueryResponse.newBuilder().setRows(batch).build());
        batch = QueryRows.newBuilder();
        bytes = 0;
      }
      batch.addRows(row);
      bytes += row.getSerializedSize();
    }
    if (batch.getRowsCount() > 0) {
      send(QueryResponse.newBuilder().setRows(batch).build());
    }
  }

  /** Waits until the transport takes more, or the query has ended. */
  private void send(QueryResponse response) throws InterruptedException {
    while (!ended && !responses.isReady()) {
      ready.await(READY_POLL_MS);
    }
    synchronized (answer) {
      if (!ended) {
        responses.next(response);
      }
    }
  }

  private static QuerySchema schema(List<SqlColumn> columns) {
    QuerySchema.Builder schema = QuerySchema.newBuilder();
    columns.forEach(
        column ->
            schema.addColumns(
                QueryColumn.newBuilder().setName(column.name()).setType(column.type())));
    return schema.build();
  }

  private BrokerException refusal(QueryException e) {
    return switch (e.kind()) {
      case INVALID ->
          BrokerException.ofField(ErrorReason.ERROR_REASON_INVALID_QUERY, "sql", e.text());
      case MEMORY ->
          limit(
              "the query needs more memory than DuckDB may use: " + e.text(),
              "limit_bytes",
              queries.bounds().memoryBytesMax());
      case ROW_TOO_LARGE -> limit(e.text(), "limit_bytes", SqlRows.ROW_BYTES_MAX);
      case CANCELLED, UNAVAILABLE, STORE_FAILED -> unavailable(e.text());
    };
  }

  private static BrokerException limit(String text, String key, long limit) {
    return BrokerException.of(ErrorReason.ERROR_REASON_QUERY_LIMIT, text).with(key, limit);
  }

  private static BrokerException unavailable(String text) {
    return BrokerException.of(
        ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE,
        "DuckDB cannot be asked at the moment: " + text);
  }
}
