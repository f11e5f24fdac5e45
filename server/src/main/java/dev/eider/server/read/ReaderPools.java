package dev.eider.server.read;

import dev.eider.server.base.Pool;
import dev.eider.server.base.Threads;
import dev.eider.server.base.Timer;
import java.util.concurrent.Executor;

/**
 * The threads of readers: {@code live} for what memory answers, {@code cold} for what DuckDB
 * answers, and {@code reader-timer} for heartbeats and pauses. Their queues hold at most one entry
 * for each open stream, unary call and run that is followed. Thread-safe.
 */
public final class ReaderPools implements AutoCloseable {
  private final Pool live;
  private final Pool cold;
  private final Timer timer;
  private final TailRounds rounds;

  /** Starts the pools. */
  public ReaderPools(Threads threads, int liveThreads, int coldThreads) {
    live = threads.newPool("live", liveThreads);
    cold = threads.newPool("cold", coldThreads);
    timer = threads.newTimer("reader-timer");
    rounds = new TailRounds(live, timer);
  }

  /** Runs what does not block. */
  public Executor live() {
    return live;
  }

  /** Runs what waits for DuckDB. */
  public Executor cold() {
    return cold;
  }

  /** Has readers take a step when a tail has changed. */
  TailRounds rounds() {
    return rounds;
  }

  /** Runs what is brief at a time. */
  public Timer timer() {
    return timer;
  }

  /** Ends the threads; waits a second for what they are at. */
  @Override
  public void close() {
    timer.close();
    live.close();
    cold.close();
  }
}
