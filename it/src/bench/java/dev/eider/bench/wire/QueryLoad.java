package dev.eider.bench.wire;

import dev.eider.client.EiderClient;
import dev.eider.client.QueryResult;
import dev.eider.it.Daemon;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * Callers who ask the running daemon heavy questions, one after the other, as many at a time as it
 * takes at its default settings. They ask until closed.
 */
public final class QueryLoad implements AutoCloseable {
  private static final int CALLERS = 2;
  private static final long END_SECONDS = 60;

  /** Reads every event's JSON, then sorts all metrics; the second half parses what it reads. */
  private static final String HEAVY =
      """
      SELECT 'events' AS what, count(*) AS n FROM
        (SELECT kind, agent_id, t, count(*), avg(strlen(payload_json)) FROM events GROUP BY ALL)
      UNION ALL
      SELECT 'metrics', count(*) FROM
        (SELECT name, run_id, row_number() OVER (PARTITION BY name ORDER BY value, seq) FROM metrics)
      """;

  private final EiderClient client;
  private final List<Thread> callers;
  private final AtomicLong answered = new AtomicLong();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean isOver;

  /** Begins to ask. */
  public QueryLoad(Daemon daemon) {
    client = EiderClient.connect(daemon.target());
    callers =
        IntStream.range(0, CALLERS)
            .mapToObj(i -> new Thread(this::ask, "query-load-" + i))
            .toList();
    callers.forEach(Thread::start);
  }

  private void ask() {
    try {
      while (!isOver) {
        try (QueryResult rows = client.query(HEAVY)) {
          rows.forEachRemaining(row -> {});
        }
        answered.incrementAndGet();
      }
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  /** How many queries have been answered; fails if one was refused. */
  public long answered() {
    if (failure.get() != null) {
      throw new AssertionError("a query failed", failure.get());
    }
    return answered.get();
  }

  @Override
  public void close() throws InterruptedException {
    isOver = true;
    for (Thread caller : callers) {
      caller.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
    }
    client.close();
  }
}
