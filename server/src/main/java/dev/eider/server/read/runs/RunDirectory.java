package dev.eider.server.read.runs;

import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunPlace;
import dev.eider.server.run.RunView;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.v1.Run;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds runs in memory, DuckDB and libraries. Thread-safe; every method blocks on DuckDB. */
public record RunDirectory(Hub hub, RunHistory history, ColdReader cold) {
  /** How many runs DuckDB is asked for at once at the most. */
  private static final int ROWS_MAX = 4_000;

  private static final int GROWTH = 4;

  /** Describes a run; throws RUN_NOT_FOUND or STORAGE_UNAVAILABLE. */
  public Run get(RunId runId) {
    RunHistory.KnownRun known = history.get(runId);
    return RunView.of(known.run(), known.persistedSeq());
  }

  /**
   * Lists runs, newest first. Memory has every open run and DuckDB every closed one that has left
   * memory, and both are read in the order of the list: a page costs what is on it, however many
   * runs are open.
   *
   * @param after only runs that come after this place; null to begin
   * @throws dev.eider.server.base.BrokerException STORAGE_UNAVAILABLE
   */
  public RunPage list(RunSelection selection, @Nullable RunPlace after, int runsMax) {
    // One more than wanted, to know whether there are more.
    PageOfRuns page = new PageOfRuns(runsMax + 1);
    // Before all else: DuckDB may still have them.
    Set<RunId> deleted = hub.deletedRuns();
    addInMemory(page, selection, after);
    if (!Boolean.TRUE.equals(selection.open())) {
      addClosed(page, selection, after, deleted);
    }
    return page.cut(runsMax);
  }

  private void addInMemory(PageOfRuns page, RunSelection selection, @Nullable RunPlace after) {
    for (RunTail tail : hub.runsAfter(after)) {
      if (page.isFull()) {
        return;
      }
      FoldedRun run = tail.run();
      if (!run.isDeleted() && selection.matches(run)) {
        page.add(run, tail);
      }
    }
  }

  /** Adds what has left memory; DuckDB is asked last, to meet a run that left in between. */
  private void addClosed(
      PageOfRuns page, RunSelection selection, @Nullable RunPlace after, Set<RunId> deleted) {
    RunPlace place = after;
    int rowsMax = page.runsMax();
    boolean isMore = true;
    try {
      while (isMore) {
        List<FoldedRun> closed = cold.listRuns(selection.closedOnly(place, rowsMax));
        for (FoldedRun run : closed) {
          if (!deleted.contains(run.runId())) {
            page.add(run, null);
          }
        }
        place = closed.isEmpty() ? place : RunPlace.of(closed.get(closed.size() - 1));
        isMore = closed.size() == rowsMax && place != null && !page.isFullUntil(place);
        // What is read in vain are runs that memory has as well: not more than it has.
        rowsMax = Math.min(ROWS_MAX, rowsMax * GROWTH);
      }
    } catch (StoreException e) {
      throw RunHistory.unavailable(e);
    }
  }

  /** Describes a run as it was, with its tail if it is in memory. */
  static Run describe(FoldedRun run, @Nullable RunTail tail) {
    return RunView.of(
        run, tail == null ? run.headSeq() : Math.min(tail.persistedSeq(), run.headSeq()));
  }

  /** The first runs of those that are added, in the order of the list. */
  private static final class PageOfRuns {
    private final NavigableMap<RunPlace, Listed> newest = new TreeMap<>(RunPlace.NEWEST_FIRST);
    private final int runsMax;

    PageOfRuns(int runsMax) {
      this.runsMax = runsMax;
    }

    int runsMax() {
      return runsMax;
    }

    void add(FoldedRun run, @Nullable RunTail tail) {
      newest.putIfAbsent(RunPlace.of(run), new Listed(run, tail));
      if (newest.size() > runsMax) {
        newest.pollLastEntry();
      }
    }

    boolean isFull() {
      return newest.size() == runsMax;
    }

    /** Returns whether no run after a place belongs on this page. */
    boolean isFullUntil(RunPlace place) {
      return isFull() && !newest.lastKey().isAfter(place);
    }

    RunPage cut(int wanted) {
      List<Run> runs =
          newest.values().stream().limit(wanted).map(run -> describe(run.run, run.tail)).toList();
      RunPlace last = newest.size() > wanted ? newest.lowerKey(newest.lastKey()) : null;
      return new RunPage(runs, last);
    }
  }

  /** A run of a list; with its tail if it is in memory. */
  private record Listed(FoldedRun run, @Nullable RunTail tail) {}

  /** A part of a list, and the place of its last run when there are more. */
  public record RunPage(List<Run> runs, @Nullable RunPlace last) {}
}
