package dev.eider.server.subscribe;

import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunId;
import dev.eider.server.run.RunView;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.RunPlace;
import dev.eider.server.store.ColdReader.RunQuery;
import dev.eider.server.store.StoreException;
import dev.eider.v1.Run;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds runs, in memory and in DuckDB. Thread-safe; every method blocks on DuckDB. */
public final class RunDirectory {
  private static final Comparator<RunPlace> NEWEST_FIRST =
      Comparator.comparingLong(RunPlace::createTimeUs).thenComparing(RunPlace::runId).reversed();

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
   * @throws dev.eider.server.run.BrokerException RUN_NOT_FOUND or STORAGE_UNAVAILABLE
   */
  public Run get(RunId runId) {
    RunHistory.KnownRun known = history.get(runId);
    return RunView.of(known.run(), known.persistedSeq());
  }

  /**
   * Lists runs, newest first.
   *
   * @param after only runs that come after this place; null to begin
   * @throws dev.eider.server.run.BrokerException STORAGE_UNAVAILABLE
   */
  public RunPage list(RunSelection selection, @Nullable RunPlace after, int runsMax) {
    Map<RunPlace, Run> found = new TreeMap<>(NEWEST_FIRST);
    // Copied, so that a run that is reaped meanwhile is taken from here.
    List<RunTail> tails = List.copyOf(hub.runs());
    Set<RunId> inMemory = tails.stream().map(t -> t.run().runId()).collect(Collectors.toSet());
    for (RunTail tail : tails) {
      FoldedRun run = tail.run();
      if (selection.matches(run) && comesAfter(place(run), after)) {
        found.put(place(run), RunView.of(run, tail.persistedSeq()));
      }
    }
    for (FoldedRun run : persistedOnly(selection, after, runsMax + 1, inMemory)) {
      found.put(place(run), RunView.of(run, run.headSeq()));
    }
    List<Run> runs = found.values().stream().limit(runsMax).toList();
    RunPlace last = found.size() > runsMax ? List.copyOf(found.keySet()).get(runsMax - 1) : null;
    return new RunPage(runs, last);
  }

  private List<FoldedRun> persistedOnly(
      RunSelection selection, @Nullable RunPlace after, int runsMax, Set<RunId> inMemory) {
    List<FoldedRun> runs = new ArrayList<>();
    RunPlace place = after;
    try {
      while (runs.size() < runsMax) {
        List<FoldedRun> page = cold.listRuns(query(selection, place, runsMax));
        page.stream().filter(run -> !inMemory.contains(run.runId())).forEach(runs::add);
        if (page.size() < runsMax) {
          break;
        }
        place = place(page.get(page.size() - 1));
      }
      return runs;
    } catch (StoreException e) {
      throw RunHistory.unavailable(e);
    }
  }

  private static RunQuery query(RunSelection selection, @Nullable RunPlace after, int runsMax) {
    return new RunQuery(
        selection.open(),
        selection.labels(),
        selection.parent(),
        selection.createdFromUs(),
        selection.createdUntilUs(),
        after,
        runsMax);
  }

  private static RunPlace place(FoldedRun run) {
    return new RunPlace(run.createTimeUs(), run.runId());
  }

  private static boolean comesAfter(RunPlace place, @Nullable RunPlace after) {
    return after == null || NEWEST_FIRST.compare(place, after) > 0;
  }

  /**
   * A part of a list.
   *
   * @param last the place of the last run when there are more, else null
   */
  public record RunPage(List<Run> runs, @Nullable RunPlace last) {}
}
