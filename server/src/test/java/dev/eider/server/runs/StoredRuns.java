package dev.eider.server.runs;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.v1.ErrorReason;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** What DuckDB would say of runs, in a map; remembers what it was asked. Thread-safe. */
public final class StoredRuns implements PersistedRuns {
  private static final int PARTS = 3;

  private final Map<RunId, FoldedRun> runs = new ConcurrentHashMap<>();
  private final List<RunId> asked = new CopyOnWriteArrayList<>();
  private volatile Runnable afterAnswer = () -> {};
  private volatile boolean isUnavailable;

  /** Takes a run as DuckDB has it from now on; a deleted one as erased. */
  public void put(FoldedRun run) {
    runs.put(run.runId(), run);
  }

  /** Every id that was asked for, in order. */
  public List<RunId> asked() {
    return asked;
  }

  /** Has something happen once, between the next answer and when it arrives. */
  public void afterAnswer(Runnable action) {
    afterAnswer = action;
  }

  public void setUnavailable(boolean unavailable) {
    isUnavailable = unavailable;
  }

  @Override
  public List<FoldedRun> find(Collection<RunId> runIds, Collection<String> requestIds) {
    requireAvailable();
    asked.addAll(runIds);
    List<FoldedRun> found =
        runs.values().stream()
            .filter(run -> runIds.contains(run.runId()) || isOpenedBy(run, requestIds))
            .toList();
    arrive();
    return found;
  }

  private static boolean isOpenedBy(FoldedRun run, Collection<String> requestIds) {
    return !run.isDeleted() && requestIds.contains(run.requestId());
  }

  private void arrive() {
    Runnable action = afterAnswer;
    afterAnswer = () -> {};
    action.run();
  }

  @Override
  public Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds) {
    requireAvailable();
    Map<RunId, List<RunId>> forks =
        runs.values().stream()
            .filter(run -> run.deletion() != FoldedRun.Deletion.GONE)
            .filter(run -> run.parent() != null && parentIds.contains(run.parent().runId()))
            .collect(
                Collectors.groupingBy(
                    run -> Objects.requireNonNull(run.parent()).runId(),
                    Collectors.mapping(FoldedRun::runId, Collectors.toList())));
    arrive();
    return forks;
  }

  @Override
  public int idParts() {
    requireAvailable();
    return PARTS;
  }

  @Override
  public void readIds(int part, int parts, StoredIds to) {
    requireAvailable();
    for (FoldedRun run : runs.values()) {
      if (Math.floorMod(run.runId().hashCode(), parts) != part) {
        continue;
      }
      if (run.isDeleted()) {
        to.deleted(Arrays.copyOf(IdFilter.hash(run.runId()), IdFilter.HASH_BYTES));
      } else {
        to.stored(run.runId(), run.requestId());
      }
    }
  }

  private void requireAvailable() {
    if (isUnavailable) {
      throw BrokerException.of(ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE, "DuckDB is away");
    }
  }
}
