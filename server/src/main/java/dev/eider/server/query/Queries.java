package dev.eider.server.query;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.CallPool;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.base.StreamedCall;
import dev.eider.server.base.Threads;
import dev.eider.v1.QueryResponse;

/** Runs queries of callers on threads {@code query-N} and a {@code query-timer}. Thread-safe. */
public final class Queries implements AutoCloseable {
  private final QueryDependencies daemon;
  private final QueryBounds bounds;
  private final CallPool pool;
  private final MemoryGuard guard;

  public Queries(QueryDependencies daemon, QueryBounds bounds, Threads threads) {
    this.daemon = daemon;
    this.bounds = bounds;
    pool =
        new CallPool(
            threads,
            "query",
            bounds.concurrentMax(),
            "%d queries are running (query-concurrent-max); ask again when one has ended");
    guard =
        new MemoryGuard(
            ProcessMemory.ofThisProcess(),
            pool.timer(),
            () ->
                bounds.memoryBytesMax()
                    + MemoryGuard.SLACK_BYTES
                    + daemon.scratchBytes().getAsLong());
  }

  /** Makes a call, to be started once it is woken when its responses are ready. Does not block. */
  public StreamedCall call(Question question, ResponseStream<QueryResponse> responses) {
    return new QueryCall(question, responses, daemon, bounds, pool, guard);
  }

  /** Returns how many are under way. */
  public int count() {
    return pool.count();
  }

  /** Ends what is under way. */
  public void endAll(BrokerException refusal) {
    pool.endAll(refusal);
  }

  /** Ends the threads; nothing is answered any more. */
  @Override
  public void close() {
    pool.close();
  }
}
