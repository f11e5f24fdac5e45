package dev.eider.server.upkeep;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Signal;
import dev.eider.server.base.Threads;
import dev.eider.server.base.Worker;
import dev.eider.server.event.Micros;
import dev.eider.server.event.RunId;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.duckdb.DuckDbStore;
import dev.eider.server.store.read.ExpiredRuns;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes closed runs that are too old or too many, the ones closed first, each by a DeleteRun as
 * clients send it: a run that is forked or deleted meanwhile is left alone. Off unless a setting
 * says what is too old or too many.
 *
 * <p>Runs on the thread {@code retention}, which it owns; no more than {@link #RUNS_PER_ROUND_MAX}
 * deletions are under way. {@link #stop} is thread-safe.
 */
public final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final int RUNS_PER_ROUND_MAX = 500;

  /** How often a wait for DuckDB looks whether the daemon stops. */
  private static final long LOOK_MS = 100;

  private final DuckDbStore store;
  private final RunWriter writer;
  private final InstantSource clock;
  private final Bounds bounds;
  private final Signal stop;
  private final Worker worker;
  private volatile boolean stopping;

  /** Starts the thread. */
  public Retention(
      DuckDbStore store,
      RunWriter writer,
      InstantSource clock,
      Bounds bounds,
      Threads threads,
      BiConsumer<String, Throwable> onDefect) {
    this.store = store;
    this.writer = writer;
    this.clock = clock;
    this.bounds = bounds;
    stop = threads.newSignal();
    worker = threads.start("retention", this::run, onDefect);
  }

  /**
   * Ends the thread; deletions under way go on. Blocks.
   *
   * @return whether it ended in time
   */
  public boolean stop(long timeoutMs) throws InterruptedException {
    stopping = true;
    stop.raise();
    return worker.join(timeoutMs);
  }

  private void run() {
    try {
      while (!stopping && bounds.areSet()) {
        boolean isStopped = stop.await(bounds.roundMs);
        while (!isStopped && !stopping && deleteSome() == RUNS_PER_ROUND_MAX) {
          LOG.debug("another round at once");
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the retention", e);
    }
  }

  /** Deletes what is due, up to the bound; returns how many runs that were. */
  private int deleteSome() throws InterruptedException {
    List<RunId> expired;
    try {
      expired =
          store
              .expiredRuns()
              .find(
                  new ExpiredRuns.Bounds(
                      bounds.ageMs == 0 ? Long.MIN_VALUE : Micros.now(clock) - 1_000 * bounds.ageMs,
                      orAny(bounds.runsMax),
                      orAny(bounds.bytesMax),
                      RUNS_PER_ROUND_MAX));
    } catch (StoreException e) {
      LOG.warn("runs that are due cannot be found at the moment: {}", e.getMessage());
      return 0;
    }
    List<CompletableFuture<Applied>> deletions = new ArrayList<>();
    for (RunId runId : expired) {
      deletions.add(writer.deleteAndPersist(new Command.Delete(runId, false)));
    }
    int deleted = 0;
    for (int i = 0; i < deletions.size() && !stopping; i++) {
      deleted += isDeleted(expired.get(i), deletions.get(i)) ? 1 : 0;
    }
    return deleted;
  }

  private static long orAny(long max) {
    return max == 0 ? Long.MAX_VALUE : max;
  }

  private boolean isDeleted(RunId runId, CompletableFuture<Applied> deletion)
      throws InterruptedException {
    while (!stopping) {
      try {
        Applied applied = deletion.get(LOOK_MS, TimeUnit.MILLISECONDS);
        LOG.info("run {} is deleted by retention, {} events", runId, applied.run().headSeq());
        return true;
      } catch (TimeoutException e) {
        LOG.trace("DuckDB has not erased run {} yet", runId);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof BrokerException refusal)) {
          throw new IllegalStateException("run " + runId + " could not be deleted", e);
        }
        LOG.info("run {} is not deleted by retention: {}", runId, refusal.text());
        return false;
      }
    }
    return false;
  }

  /**
   * What closed runs may stay; 0 for any. Immutable.
   *
   * @param ageMs since they were closed
   * @param runsMax how many
   * @param bytesMax how many bytes of their events
   * @param roundMs time between two looks
   */
  public record Bounds(long ageMs, long runsMax, long bytesMax, long roundMs) {
    boolean areSet() {
      return ageMs > 0 || runsMax > 0 || bytesMax > 0;
    }
  }
}
