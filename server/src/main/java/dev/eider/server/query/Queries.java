package dev.eider.server.query;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Pool;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.base.Threads;
import dev.eider.server.base.Timer;
import dev.eider.server.hub.Hub;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.sql.SqlSession;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.QueryResponse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * Runs queries of callers, on threads of their own ({@code query-N}) and a timer ({@code
 * query-timer}). Thread-safe.
 */
public final class Queries implements AutoCloseable {
  private final Ground ground;
  private final QueryBounds bounds;
  private final Threads threads;
  private final Pool pool;
  private final Timer timer;
  private final Semaphore slots;
  private final Set<QueryCall> calls = ConcurrentHashMap.newKeySet();

  public Queries(Ground ground, QueryBounds bounds, Threads threads) {
    this.ground = ground;
    this.bounds = bounds;
    this.threads = threads;
    pool = threads.newPool("query", bounds.concurrentMax());
    timer = threads.newTimer("query-timer");
    slots = new Semaphore(bounds.concurrentMax());
  }

  /**
   * Makes a call, to be started once somebody wakes it when its responses are ready. Does not
   * block.
   */
  public QueryCall call(Question question, ResponseStream<QueryResponse> responses) {
    return new QueryCall(question, responses, this, threads.newSignal());
  }

  /** How many are under way. */
  public int count() {
    return calls.size();
  }

  /** Ends what is under way. */
  public void endAll(BrokerException refusal) {
    calls.forEach(call -> call.fail(refusal));
  }

  /** Ends the threads; nothing is answered any more. */
  @Override
  public void close() {
    timer.close();
    pool.close();
  }

  Ground ground() {
    return ground;
  }

  QueryBounds bounds() {
    return bounds;
  }

  Timer timer() {
    return timer;
  }

  void add(QueryCall call) {
    calls.add(call);
  }

  void remove(QueryCall call) {
    calls.remove(call);
  }

  BrokerException overloaded() {
    return BrokerException.of(
            ErrorReason.ERROR_REASON_OVERLOADED,
            "%d queries are running (query-concurrent-max); ask again when one has ended"
                .formatted(bounds.concurrentMax()))
        .with("limit", bounds.concurrentMax());
  }

  /**
   * Runs what may block, on one of the threads.
   *
   * @return false if all are busy
   * @throws BrokerException SHUTTING_DOWN
   */
  boolean tryExecute(Runnable task) {
    if (!slots.tryAcquire()) {
      return false;
    }
    try {
      pool.execute(
          () -> {
            try {
              task.run();
            } finally {
              slots.release();
            }
          });
      return true;
    } catch (RejectedExecutionException e) {
      slots.release();
      throw BrokerException.of(
          ErrorReason.ERROR_REASON_SHUTTING_DOWN, "the daemon is stopping; ask it when it is back");
    }
  }

  /**
   * What queries stand on.
   *
   * @param logEnd the log's end position
   */
  public record Ground(SessionSource sessions, ColdReader reader, Hub hub, LongSupplier logEnd) {}

  /** Lends sessions; blocks until there is one. */
  public interface SessionSource {
    SqlSession open() throws StoreException;
  }
}
