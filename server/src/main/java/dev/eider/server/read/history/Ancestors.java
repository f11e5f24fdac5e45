package dev.eider.server.read.history;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.RunTail;
import dev.eider.server.read.history.RunHistory.Cursor;
import dev.eider.server.read.history.RunHistory.KnownRun;
import dev.eider.server.read.history.RunHistory.Page;
import dev.eider.server.read.history.RunHistory.PageSize;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader.EventPlace;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads of runs what their forks inherit, whether they are there or deleted.
 *
 * <p>A run that is deleted is in memory, as deleted, until DuckDB has moved what is inherited to
 * where it keeps such; at any moment of that it has to be found in one of the places. So a page is
 * read where the run was last seen, and read again elsewhere if the run has left that place
 * meanwhile. Thread-safe.
 */
record Ancestors(RunHistory history) {
  /** Returns a run in memory, be it deleted, or null. Does not block. */
  @Nullable KnownRun findInMemory(RunId runId) {
    RunTail tail = history.hub().find(runId);
    return tail == null ? null : new KnownRun(tail.run(), tail.persistedSeq(), tail);
  }

  /**
   * Returns a run with its parent.
   *
   * @return null when DuckDB must be asked and may not be
   * @throws BrokerException RUN_NOT_FOUND or STORAGE_UNAVAILABLE
   */
  @Nullable FoldedRun find(RunId runId, boolean mayBlock) {
    KnownRun inMemory = findInMemory(runId);
    if (inMemory != null && !inMemory.run().isDeleted()) {
      return inMemory.run();
    }
    if (!mayBlock) {
      return null;
    }
    FoldedRun persisted = history.findPersisted(runId);
    if (persisted == null) {
      persisted = findKept(runId);
    }
    if (persisted == null && inMemory != null && inMemory.run().isSeen()) {
      // Deleted before DuckDB had anything of it.
      persisted = inMemory.run();
    }
    if (persisted == null) {
      throw RunHistory.runNotFound(runId);
    }
    return persisted;
  }

  /** Returns the seq of a run's last event, deleted or not, else 0. Blocks; STORAGE_UNAVAILABLE. */
  long headSeq(RunId runId) {
    KnownRun inMemory = findInMemory(runId);
    FoldedRun run = inMemory == null ? history.findPersisted(runId) : inMemory.run();
    FoldedRun known = run == null ? findKept(runId) : run;
    return known == null ? 0 : known.headSeq();
  }

  /** Reads on from DuckDB. Blocks; throws RUN_NOT_FOUND or STORAGE_UNAVAILABLE. */
  Page readPersisted(
      RunId runId, Cursor after, long untilSeq, EventMatcher matcher, PageSize size) {
    return readWhereItIs(
        runId,
        (run, persistedSeq) ->
            history.readPersisted(run, after, Math.min(untilSeq, persistedSeq), matcher, size),
        kept ->
            RunHistory.page(
                history
                    .cold()
                    .readKeptPage(RunHistory.query(kept, after, untilSeq, matcher, size))));
  }

  /**
   * Returns where in DuckDB the last matching events of a run are, the last one first. Blocks.
   *
   * @throws BrokerException RUN_NOT_FOUND or STORAGE_UNAVAILABLE
   */
  List<EventPlace> readLastPlaces(RunId runId, long untilSeq, EventMatcher matcher) {
    return readWhereItIs(
        runId,
        (run, persistedSeq) ->
            history.readLastPlaces(run, Math.min(untilSeq, persistedSeq), matcher),
        kept ->
            history
                .cold()
                .readLastKeptPlaces(
                    RunHistory.query(kept, Cursor.START, untilSeq, matcher, PageSize.MANY)));
  }

  private <T> T readWhereItIs(RunId runId, ReadLive<T> readLive, ReadKept<T> readKept) {
    KnownRun inMemory = findInMemory(runId);
    boolean isLive = inMemory != null && !inMemory.run().isDeleted();
    FoldedRun run = inMemory != null && isLive ? inMemory.run() : history.findPersisted(runId);
    T found = null;
    if (run != null) {
      long persistedSeq =
          inMemory != null && isLive ? inMemory.currentPersistedSeq() : run.headSeq();
      found = tryRead(run, persistedSeq, readLive);
      if (found != null && isThere(runId)) {
        return found;
      }
    }
    FoldedRun kept = findKept(runId);
    if (kept != null) {
      try {
        return readKept.read(kept);
      } catch (StoreException e) {
        throw RunHistory.unavailable(e);
      }
    }
    if (found == null) {
      throw RunHistory.runNotFound(runId);
    }
    // Its deletion is in the log, and not in DuckDB yet.
    return found;
  }

  private static <T> @Nullable T tryRead(FoldedRun run, long persistedSeq, ReadLive<T> read) {
    try {
      return read.read(run, persistedSeq);
    } catch (BrokerException e) {
      if (e.reason() == ErrorReason.ERROR_REASON_RUN_NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  private boolean isThere(RunId runId) {
    RunTail tail = history.hub().find(runId);
    return tail == null ? history.findPersisted(runId) != null : !tail.run().isDeleted();
  }

  private @Nullable FoldedRun findKept(RunId runId) {
    try {
      return history.cold().findKept(runId);
    } catch (StoreException e) {
      throw RunHistory.unavailable(e);
    }
  }

  /** Reads of a run that is there, up to a seq. */
  private interface ReadLive<T> {
    T read(FoldedRun run, long persistedSeq);
  }

  /** Reads of a deleted run that is kept. */
  private interface ReadKept<T> {
    T read(FoldedRun kept) throws StoreException;
  }
}
