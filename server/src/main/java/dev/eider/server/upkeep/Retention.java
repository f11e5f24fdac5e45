package dev.eider.server.upkeep;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.WorkerLoop;
import dev.eider.server.event.Micros;
import dev.eider.server.event.RunId;
import dev.eider.server.sequencer.Applied;
import dev.eider.server.sequencer.Command;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.duckdb.DuckDbStore;
import dev.eider.server.store.read.ExpiredRuns;
import dev.eider.server.upkeep.Upkeep.Chore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes closed runs that are too old or too many, the ones closed first, each by a DeleteRun as
 * clients send it: a run that is forked or deleted meanwhile is left alone. Off unless a setting
 * says what is too old or too many.
 *
 * <p>No more than {@link #RUNS_PER_ROUND_MAX} deletions are under way; a stop leaves them to go on.
 * Owned by the thread {@code upkeep}.
 */
public final class Retention implements Chore {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final int RUNS_PER_ROUND_MAX = 500;

  private final DuckDbStore store;
  private final RunWriter writer;
  private final InstantSource clock;
  private final Bounds bounds;
  private final Interval untilNext;
  private final List<Deletion> underWay = new ArrayList<>();

  /** The number of runs that this round has deleted so far. */
  private int deleted;

  public Retention(DuckDbStore store, RunWriter writer, InstantSource clock, Bounds bounds) {
    this.store = store;
    this.writer = writer;
    this.clock = clock;
    this.bounds = bounds;
    untilNext = new Interval(clock, bounds.roundMs);
  }

  @Override
  public long turn(Runnable wake) {
    if (!bounds.areSet()) {
      return WorkerLoop.UNTIL_WOKEN_MS;
    }
    if (!underWay.isEmpty()) {
      deleted += settle();
      if (!underWay.isEmpty()) {
        return WorkerLoop.UNTIL_WOKEN_MS;
      }
      untilNext.begin(deleted == RUNS_PER_ROUND_MAX ? 0 : bounds.roundMs);
    }
    if (untilNext.leftMs() > 0) {
      return untilNext.leftMs();
    }
    begin(wake);
    return underWay.isEmpty() ? bounds.roundMs : WorkerLoop.UNTIL_WOKEN_MS;
  }

  @Override
  public void askToStop() {
    // Nothing of it takes long.
  }

  /** Begins to delete what is due, up to the bound. */
  private void begin(Runnable wake) {
    deleted = 0;
    untilNext.begin(bounds.roundMs);
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
      return;
    }
    for (RunId runId : expired) {
      CompletableFuture<Applied> done = writer.deleteAndPersist(new Command.Delete(runId, false));
      underWay.add(new Deletion(runId, done));
      // Each one that ends wakes the worker, which looks at all of them.
      var unused = done.whenComplete((applied, failure) -> wake.run());
    }
  }

  private static long orAny(long max) {
    return max == 0 ? Long.MAX_VALUE : max;
  }

  /** Removes the deletions that have ended; returns how many runs they deleted. */
  private int settle() {
    int erased = 0;
    for (Deletion deletion : List.copyOf(underWay)) {
      if (deletion.done.isDone()) {
        underWay.remove(deletion);
        erased += deletion.isErased() ? 1 : 0;
      }
    }
    return erased;
  }

  /** A deletion under way. */
  private record Deletion(RunId runId, CompletableFuture<Applied> done) {
    /** Returns whether the run is gone, once the deletion has ended. */
    boolean isErased() {
      try {
        LOG.info("run {} is deleted by retention, {} events", runId, done.join().run().headSeq());
        return true;
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof BrokerException refusal)) {
          throw new IllegalStateException("run " + runId + " could not be deleted", e);
        }
        LOG.info("run {} is not deleted by retention: {}", runId, refusal.text());
        return false;
      }
    }
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
