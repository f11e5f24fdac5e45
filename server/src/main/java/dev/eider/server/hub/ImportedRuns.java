package dev.eider.server.hub;

import dev.eider.server.base.Invariants;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.StagedFile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The imported runs that are in the log and not in DuckDB yet: they exist, and no reader can see
 * them. Owned by the sequencer thread, and before it starts by the one that folds the log; {@link
 * #find} is for any thread.
 */
final class ImportedRuns {
  private final Deque<Pending> oldestFirst = new ArrayDeque<>();
  private final Map<RunId, FoldedRun> runs = new ConcurrentHashMap<>();

  /** Returns the bytes of memory that runs take. */
  static long memoryBytes(List<FoldedRun> runs) {
    return runs.stream().mapToLong(FoldedRun::memoryBytes).sum();
  }

  void add(ImportRecord record, long position) {
    List<FoldedRun> imported = record.runsAt(position);
    for (FoldedRun run : imported) {
      Invariants.require(
          runs.put(run.runId(), run) == null, "run %s was imported twice", run.runId());
    }
    oldestFirst.add(new Pending(position, record.file(), imported));
  }

  @Nullable FoldedRun find(RunId runId) {
    return runs.get(runId);
  }

  List<StagedFile> files() {
    return oldestFirst.stream().map(Pending::file).toList();
  }

  /** Forgets and returns what lies before a log position. */
  List<FoldedRun> release(long persistedPosition) {
    List<FoldedRun> released = new ArrayList<>();
    for (Pending next = oldestFirst.peek();
        next != null && next.position() < persistedPosition;
        next = oldestFirst.peek()) {
      oldestFirst.remove();
      next.runs().forEach(run -> runs.remove(run.runId()));
      released.addAll(next.runs());
    }
    return released;
  }

  private record Pending(long position, StagedFile file, List<FoldedRun> runs) {}
}
