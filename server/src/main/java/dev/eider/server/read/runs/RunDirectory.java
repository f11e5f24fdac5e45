package dev.eider.server.read.runs;

import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunView;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.RunPlace;
import dev.eider.server.store.ColdReader.RunQuery;
import dev.eider.server.store.StoreException;
import dev.eider.v1.Run;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds runs, in memory, in DuckDB and in libraries. Thread-safe; every method blocks on DuckDB.
 */
public final class RunDirectory {
  private final Hub hub;
  private final RunHistory history;
  private final ColdReader cold;

  public RunDirectory(Hub hub, RunHistory history, ColdReader cold) {
    this.hub = hub;
    this.history = history;
    this.cold = cold;
  }

  /**
   * Describes a run.
   *
   * @throws dev.eider.server.base.BrokerException RUN_NOT_FOUND or STORAGE_UNAVAILABLE
   */
  public Run get(RunId runId) {
    RunHistory.KnownRun known = history.get(runId);
    return RunView.of(known.run(), known.persistedSeq());
  }

  /**
   * Lists runs, newest first.
   *
   * @param after only runs that come after this place; null to begin
   * @throws dev.eider.server.base.BrokerException STORAGE_UNAVAILABLE
   */
  public RunPage list(RunSelection selection, @Nullable RunPlace after, int runsMax) {
    // One more than wanted, to know whether there are more; only these are held and described.
    RunQuery query = selection.query(after, runsMax + 1);
    NavigableMap<RunPlace, Listed> newest = new TreeMap<>(RunPlace.NEWEST_FIRST);
    Set<RunId> inMemory = new HashSet<>();
    for (RunTail tail : hub.runs()) {
      FoldedRun run = tail.run();
      inMemory.add(run.runId());
      if (!run.isDeleted() && query.matches(run)) {
        add(newest, new Listed(run, tail), runsMax + 1);
      }
    }
    for (FoldedRun run : persistedOnly(selection, after, runsMax + 1, inMemory)) {
      add(newest, new Listed(run, null), runsMax + 1);
    }
    List<Run> runs = newest.values().stream().limit(runsMax).map(Listed::describe).toList();
    RunPlace last = newest.size() > runsMax ? List.copyOf(newest.keySet()).get(runsMax - 1) : null;
    return new RunPage(runs, last);
  }

  private static void add(NavigableMap<RunPlace, Listed> newest, Listed run, int runsMax) {
    newest.put(RunPlace.of(run.run()), run);
    if (newest.size() > runsMax) {
      newest.pollLastEntry();
    }
  }

  private List<FoldedRun> persistedOnly(
      RunSelection selection, @Nullable RunPlace after, int runsMax, Set<RunId> inMemory) {
    List<FoldedRun> runs = new ArrayList<>();
    RunPlace place = after;
    try {
      while (runs.size() < runsMax) {
        List<FoldedRun> page = cold.listRuns(selection.query(place, runsMax));
        page.stream().filter(run -> !inMemory.contains(run.runId())).forEach(runs::add);
        if (page.size() < runsMax) {
          break;
        }
        place = RunPlace.of(page.get(page.size() - 1));
      }
      return runs;
    } catch (StoreException e) {
      throw RunHistory.unavailable(e);
    }
  }

  /** A run of a list; with its tail if it is in memory. */
  private record Listed(FoldedRun run, @Nullable RunTail tail) {
    Run describe() {
      return RunView.of(
          run, tail == null ? run.headSeq() : Math.min(tail.persistedSeq(), run.headSeq()));
    }
  }

  /**
   * A part of a list.
   *
   * @param last the place of the last run when there are more, else null
   */
  public record RunPage(List<Run> runs, @Nullable RunPlace last) {}
}
