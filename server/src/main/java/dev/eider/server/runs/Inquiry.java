package dev.eider.server.runs;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What is known of runs that are not in memory, from when DuckDB was asked until a decision rests
 * on it.
 *
 * <p>Problem: between the look-up and the decision a run may be opened, closed, persisted and
 * dropped from memory, or deleted and erased, by others. So {@link RunIndex} tells every open
 * inquiry of each run that leaves memory. An inquiry is open before DuckDB is asked, and a run
 * leaves after DuckDB has committed it; so at any time a run is in memory, or has been told of, or
 * is as DuckDB said, and the first of the three that knows it is right.
 *
 * <p>Opened and answered by the thread {@code run-lookup}; read by the sequencer thread.
 */
public final class Inquiry {
  private final Set<RunId> runIds;
  private final Set<String> requestIds;
  private final Set<RunId> parentIds;

  // Written before the inquiry is handed to the sequencer thread.
  private final Map<RunId, FoldedRun> stored = new HashMap<>();
  private final Map<String, FoldedRun> storedByRequestId = new HashMap<>();
  private Map<RunId, List<RunId>> storedForks = Map.of();

  // Owned by the sequencer thread.
  private final Map<RunId, FoldedRun> left = new HashMap<>();

  private final AtomicInteger undecided;

  /** Stands until {@code undecided} decisions have been made. */
  Inquiry(Set<RunId> runIds, Set<String> requestIds, Set<RunId> parentIds, int undecided) {
    this.runIds = runIds;
    this.requestIds = requestIds;
    this.parentIds = parentIds;
    this.undecided = new AtomicInteger(undecided);
  }

  void answer(List<FoldedRun> runs, Map<RunId, List<RunId>> forks) {
    for (FoldedRun run : runs) {
      stored.put(run.runId(), run);
      storedByRequestId.put(run.requestId(), run);
    }
    storedForks = forks;
  }

  /** Takes the last state of a run that leaves memory, if it is asked about. */
  void leaves(FoldedRun run) {
    Parent parent = run.parent();
    if (runIds.contains(run.runId())
        || requestIds.contains(run.requestId())
        || (parent != null && parentIds.contains(parent.runId()))) {
      left.put(run.runId(), run);
    }
  }

  /** Returns a run that is not in memory, or null if there never was one. */
  public @Nullable FoldedRun find(RunId runId) {
    FoldedRun lately = left.get(runId);
    return lately == null ? stored.get(runId) : lately;
  }

  /** Returns the run of a request id that is not in memory, or null; it may be deleted since. */
  public @Nullable FoldedRun findByRequestId(String requestId) {
    for (FoldedRun run : left.values()) {
      if (run.requestId().equals(requestId) && !run.isDeleted()) {
        return run;
      }
    }
    return storedByRequestId.get(requestId);
  }

  /** Returns the runs that were forked from a run and are not in memory, deleted ones included. */
  public Collection<RunId> forks(RunId parentId) {
    List<RunId> forks = new ArrayList<>(storedForks.getOrDefault(parentId, List.of()));
    for (FoldedRun run : left.values()) {
      Parent parent = run.parent();
      if (parent != null && parent.runId().equals(parentId)) {
        forks.add(run.runId());
      }
    }
    return forks;
  }

  /** Returns the last state of a run that has left memory since DuckDB was asked, or null. */
  public @Nullable FoldedRun findLeft(RunId runId) {
    return left.get(runId);
  }

  /** Counts a decision; returns whether it was the last. */
  boolean decided() {
    return undecided.decrementAndGet() == 0;
  }
}
