package dev.eider.server.query;

import com.google.protobuf.ListValue;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.CallPool;
import dev.eider.server.base.PooledCall;
import dev.eider.server.base.Registration;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader;
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
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One query, from its waiting for {@code min_seqs} to its last row.
 *
 * <p>Its waiting costs no thread: it looks again whenever DuckDB has come further, or one of its
 * runs has ended. Then it runs on one of the query threads, which it keeps until its reader has
 * taken the last row or its time is over. When it is ended DuckDB is told to stop; a call of a
 * function that does not heed that keeps the thread but not the caller. Thread-safe.
 */
final class QueryCall extends PooledCall<QueryResponse> {
  private static final Logger LOG = LoggerFactory.getLogger(QueryCall.class);

  /** A thread that has just answered is free a moment later. */
  private static final long THREAD_WAIT_MS = 500;

  private static final int BATCH_ROWS_MAX = 1_000;
  private static final int BATCH_BYTES = 256 << 10;

  private final Question question;
  private final QueryDependencies daemon;
  private final QueryBounds bounds;
  private final CallPool pool;
  private final MemoryGuard guard;
  private final MinSeqs minSeqs;

  /** Whether a look at min_seqs is due that has not begun; the first is from the beginning. */
  private final AtomicBoolean isLookDue = new AtomicBoolean(true);

  /** Whether DuckDB holds min_seqs; what comes then is done once. */
  private final AtomicBoolean isPersisted = new AtomicBoolean();

  // Written by the starting thread before it looks, read by the query thread.
  private volatile Registration listening = () -> {};

  QueryCall(
      Question question,
      ResponseStream<QueryResponse> responses,
      QueryDependencies daemon,
      QueryBounds bounds,
      CallPool pool,
      MemoryGuard guard) {
    super(pool, responses, bounds.timeoutMs(question));
    this.question = question;
    this.daemon = daemon;
    this.bounds = bounds;
    this.pool = pool;
    this.guard = guard;
    minSeqs = new MinSeqs(question.minSeqs(), daemon.hub());
  }

  @Override
  protected void begin() {
    if (!question.minSeqs().isEmpty()) {
      listen();
      // Asks the persister to hurry.
      var unused = daemon.hub().progress().await(daemon.logEnd().getAsLong());
    }
    look();
  }

  private void listen() {
    Hub hub = daemon.hub();
    Registration persisting = hub.progress().addListener(this::lookSoon);
    Registration changing =
        hub.addListener(
            run -> {
              if (question.minSeqs().containsKey(run.runId())) {
                lookSoon();
              }
            });
    listening =
        () -> {
          persisting.close();
          changing.close();
        };
    onEnd(listening::close);
  }

  /** Has another look taken, elsewhere: those who tell of a change must not wait. */
  private void lookSoon() {
    if (isLookDue.compareAndSet(false, true)) {
      try {
        var unused = pool.timer().after(0, this::look);
      } catch (RejectedExecutionException e) {
        LOG.debug("a query waits while the daemon stops", e);
      }
    }
  }

  private void look() {
    isLookDue.set(false);
    try {
      if (minSeqs.isPersisted() && isPersisted.compareAndSet(false, true)) {
        execute(THREAD_WAIT_MS);
      }
    } catch (BrokerException refusal) {
      fail(refusal);
    }
  }

  @Override
  protected BrokerException timedOut() {
    long ms = bounds.timeoutMs(question);
    return isPersisted.get()
        ? limit("the query took longer than " + ms + " ms", "limit_ms", ms)
        : BrokerException.of(
                ErrorReason.ERROR_REASON_WAIT_TIMED_OUT,
                "DuckDB did not hold min_seqs within " + ms + " ms; ask again to wait on")
            .with("limit", ms);
  }

  @Override
  protected void work() throws Exception {
    listening.close();
    Registration guarded = guard.begin(this::fail);
    try (SqlSession opened = daemon.sessions().open()) {
      onEnd(opened::cancel);
      if (!hasEnded()) {
        minSeqs.require(daemon.reader());
        answer(opened);
      }
    } finally {
      onEnd(null);
      guarded.close();
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
    end();
  }

  private void sendAll(SqlRows rows) throws QueryException, InterruptedException {
    long rowsMax = bounds.rowsMax(question);
    long count = 0;
    long bytes = 0;
    QueryRows.Builder batch = QueryRows.newBuilder();
    while (!hasEnded()) {
      ListValue row;
      try {
        if (!rows.next()) {
          break;
        }
        if (count == rowsMax) {
          throw limit("the query has more than " + rowsMax + " rows", "limit_rows", rowsMax);
        }
        row = rows.row();
      } catch (QueryException | BrokerException e) {
        sendLast(batch);
        throw e;
      }
      count++;
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
    sendLast(batch);
  }

  private void sendLast(QueryRows.Builder batch) throws InterruptedException {
    if (batch.getRowsCount() > 0) {
      send(QueryResponse.newBuilder().setRows(batch).build());
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

  @Override
  protected @Nullable BrokerException refusal(Exception failure) {
    if (failure instanceof QueryException e) {
      return refused(e);
    }
    if (failure instanceof InterruptedException) {
      return unavailable("the daemon is stopping");
    }
    return failure instanceof StoreException e ? unavailable(String.valueOf(e.getMessage())) : null;
  }

  private BrokerException refused(QueryException e) {
    return switch (e.kind()) {
      case INVALID -> SqlRefusal.ofDuckDb(e.text(), question.sql());
      case MEMORY ->
          limit(
              ("the query needs more memory than the %d bytes that DuckDB may use"
                      + " (store-memory-bytes-max), or more room for what it spills: %s; ask for"
                      + " fewer or narrower columns (left(payload_json, 1000), payload_json ->>"
                      + " '$.field', length(payload_json)), or of fewer rows at a time (WHERE run_id = ... AND seq"
                      + " BETWEEN 1 AND 10)")
                  .formatted(bounds.memoryBytesMax(), e.text()),
              "limit_bytes",
              bounds.memoryBytesMax());
      case ROW_TOO_LARGE -> wideRow(e);
      case CANCELLED, UNAVAILABLE, STORE_FAILED -> unavailable(e.text());
    };
  }

  private static BrokerException wideRow(QueryException e) {
    BrokerException refusal = limit(e.text(), "limit_bytes", SqlRows.ROW_BYTES_MAX);
    for (Map.Entry<String, String> fact : e.facts().entrySet()) {
      refusal = refusal.with(fact.getKey(), fact.getValue());
    }
    return refusal;
  }

  private static BrokerException limit(String text, String key, long limit) {
    return BrokerException.of(ErrorReason.ERROR_REASON_QUERY_LIMIT, text).with(key, limit);
  }

  private static BrokerException unavailable(String text) {
    return BrokerException.unavailable("DuckDB cannot be asked at the moment: " + text);
  }

  /** What DuckDB must hold of runs before a query is run on it. Thread-safe. */
  private record MinSeqs(Map<RunId, Long> minSeqs, Hub hub) {
    /** Returns whether DuckDB holds enough of the runs in memory. Does not block. */
    boolean isPersisted() {
      return minSeqs.entrySet().stream().allMatch(this::isPersisted);
    }

    private boolean isPersisted(Map.Entry<RunId, Long> min) {
      RunTail tail = hub.find(min.getKey());
      if (tail == null) {
        // Closed and persisted, or unknown: DuckDB knows.
        return true;
      }
      if (tail.run().isDeleted()) {
        throw notFound(min.getKey());
      }
      if (!tail.run().isOpen() && tail.run().headSeq() < min.getValue()) {
        throw beyondHead(tail.run(), min.getValue());
      }
      return tail.persistedSeq() >= min.getValue();
    }

    /** Asks DuckDB for the runs not in memory; throws if one will never reach its seq. Blocks. */
    void require(ColdReader reader) throws StoreException {
      for (Map.Entry<RunId, Long> min : minSeqs.entrySet()) {
        if (hub.find(min.getKey()) == null) {
          FoldedRun run = reader.findRun(min.getKey());
          if (run == null) {
            throw notFound(min.getKey());
          }
          if (run.headSeq() < min.getValue()) {
            throw beyondHead(run, min.getValue());
          }
        }
      }
    }

    private static BrokerException notFound(RunId runId) {
      return BrokerException.notFound("there is no run " + runId);
    }

    private static BrokerException beyondHead(FoldedRun run, long minSeq) {
      return BrokerException.of(
              ErrorReason.ERROR_REASON_SEQ_BEYOND_HEAD,
              "run %s is closed with seq %d and will not have seq %d"
                  .formatted(run.runId(), run.headSeq(), minSeq))
          .with("head_seq", run.headSeq());
    }
  }
}
