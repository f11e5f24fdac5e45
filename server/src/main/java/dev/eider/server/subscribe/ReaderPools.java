package dev.eider.server.subscribe;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of readers: {@code live} for what memory answers, {@code cold} for what DuckDB
 * answers, and {@code reader-timer} for heartbeats. Their queues hold at most one entry for each
 * open stream and unary call. Thread-safe.
 */
public final class ReaderPools implements AutoCloseable {
  private final ExecutorService live;
  private final ExecutorService cold;
  private final ScheduledExecutorService timer;

  /** Starts the pools. */
  public ReaderPools(int liveThreads, int coldThreads) {
    live = Executors.newFixedThreadPool(liveThreads, named("live-%d"));
    cold = Executors.newFixedThreadPool(coldThreads, named("cold-%d"));
    ScheduledThreadPoolExecutor beats = new ScheduledThreadPoolExecutor(1, named("reader-timer"));
    // Else the beats of streams that have ended would stay queued until they are due.
    beats.setRemoveOnCancelPolicy(true);
    timer = beats;
  }

  /** Runs what does not block. */
  public Executor live() {
    return live;
  }

  /** Runs what waits for DuckDB. */
  public Executor cold() {
    return cold;
  }

  /** Runs what is brief at a time. */
  public ScheduledExecutorService timer() {
    return timer;
  }

  /** Ends the threads; waits a second for what they are at. */
  @Override
  public void close() {
    timer.shutdownNow();
    live.shutdown();
    cold.shutdown();
    try {
      boolean isLiveDone = live.awaitTermination(1, TimeUnit.SECONDS);
      boolean isColdDone = cold.awaitTermination(1, TimeUnit.SECONDS);
      if (!isLiveDone || !isColdDone) {
        live.shutdownNow();
        cold.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ThreadFactory named(String format) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, String.format(format, number.getAndIncrement()));
      thread.setDaemon(true);
      return thread;
    };
  }
}
