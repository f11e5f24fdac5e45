package dev.eider.server.sequencer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Threads;
import dev.eider.server.base.WorkerLoop;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.run.FoldedRun;
import dev.eider.v1.ErrorReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings commands to the sequencer, and asks DuckDB first about a run that is not in memory: it may
 * be new, or closed long ago.
 *
 * <p>Commands of one run keep their order: as long as one of them is being looked up, the later
 * ones queue behind it. Many look-ups go into one query. Thread-safe; the look-ups run on the
 * thread {@code run-lookup}.
 */
final class Admission implements WorkerLoop.Work {
  private static final int LOOKUPS_PER_QUERY_MAX = 500;

  private final Hub hub;
  private final Sequencer sequencer;
  private final PersistedRuns persistedRuns;
  private final SequencerConfig config;
  private final BlockingQueue<Submission> lookups;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<RunId, Integer> waiting = new HashMap<>();

  private final WorkerLoop loop;

  Admission(
      Hub hub,
      Sequencer sequencer,
      PersistedRuns persistedRuns,
      SequencerConfig config,
      Threads threads,
      BiConsumer<String, Throwable> onDefect) {
    this.hub = hub;
    this.sequencer = sequencer;
    this.persistedRuns = persistedRuns;
    this.config = config;
    lookups = new LinkedBlockingQueue<>(config.queueRequestsMax());
    loop = new WorkerLoop(threads, "run-lookup", this, onDefect);
    loop.start();
  }

  /** Passes a command on; a refusal completes its future. */
  void submit(Submission submission) {
    if (!sequencer.reserve(submission)) {
      submission.done().completeExceptionally(queueFull());
      return;
    }
    RunId runId = submission.command().runId();
    boolean accepted;
    synchronized (lock) {
      boolean isOvertaking = waiting.containsKey(runId);
      if (!isOvertaking && isKnown(submission.command())) {
        accepted = sequencer.offer(submission);
      } else {
        accepted = lookups.offer(submission);
        if (accepted) {
          waiting.merge(runId, 1, Integer::sum);
          loop.wake();
        }
      }
    }
    if (!accepted) {
      refuse(submission, queueFull());
    }
  }

  /** Says whether memory alone can decide a command. */
  private boolean isKnown(Command command) {
    RunId needed = command.neededRunId();
    return hub.find(command.runId()) != null
        && (needed == null || hub.find(needed) != null)
        && command.requestId().isEmpty()
        && !(command instanceof Command.Delete);
  }

  /** Ends the thread once it has passed on what it has. */
  boolean stop(long timeoutMs) throws InterruptedException {
    return loop.stop(timeoutMs);
  }

  @Override
  public boolean mustFinish() {
    return !lookups.isEmpty();
  }

  @Override
  public long turn() {
    List<Submission> batch = new ArrayList<>();
    lookups.drainTo(batch, LOOKUPS_PER_QUERY_MAX);
    if (batch.isEmpty()) {
      return WorkerLoop.UNTIL_WOKEN_MS;
    }
    lookUp(batch);
    return 0;
  }

  private void lookUp(List<Submission> batch) {
    long reapCount = sequencer.reaper().reapCount();
    Set<RunId> runIds = new HashSet<>();
    Set<RunId> parentIds = new HashSet<>();
    Set<String> requestIds = new HashSet<>();
    for (Submission submission : batch) {
      Command command = submission.command();
      RunId needed = command.neededRunId();
      runIds.addAll(command.runIds());
      if (needed != null) {
        runIds.add(needed);
      }
      if (command instanceof Command.Delete) {
        parentIds.add(command.runId());
      }
      if (!command.requestId().isEmpty()) {
        requestIds.add(command.requestId());
      }
    }
    runIds.removeIf(runId -> hub.find(runId) != null);
    try {
      List<FoldedRun> found =
          runIds.isEmpty() && requestIds.isEmpty()
              ? List.of()
              : persistedRuns.find(runIds, requestIds);
      Map<RunId, List<RunId>> forks =
          parentIds.isEmpty() ? Map.of() : persistedRuns.findForks(parentIds);
      pass(batch, found, forks, reapCount);
    } catch (BrokerException refused) {
      for (Submission submission : batch) {
        leave(submission);
        refuse(submission, refused);
      }
    }
  }

  private void pass(
      List<Submission> batch,
      List<FoldedRun> found,
      Map<RunId, List<RunId>> forks,
      long reapCount) {
    Map<RunId, FoldedRun> byRunId = new HashMap<>();
    Map<String, FoldedRun> byRequestId = new HashMap<>();
    for (FoldedRun run : found) {
      byRunId.put(run.runId(), run);
      byRequestId.put(run.requestId(), run);
    }
    for (Submission submission : batch) {
      Command command = submission.command();
      RunId needed = command.neededRunId();
      Submission lookedUp =
          submission.lookedUp(
              first(command, byRunId),
              command.requestId().isEmpty() ? null : byRequestId.get(command.requestId()),
              forks.getOrDefault(command.runId(), List.of()),
              needed == null ? null : byRunId.get(needed),
              reapCount);
      boolean accepted;
      synchronized (lock) {
        accepted = sequencer.offer(lookedUp);
        leave(submission);
      }
      if (!accepted) {
        refuse(submission, queueFull());
      }
    }
  }

  private static @Nullable FoldedRun first(Command command, Map<RunId, FoldedRun> found) {
    for (RunId runId : command.runIds()) {
      FoldedRun run = found.get(runId);
      if (run != null) {
        return run;
      }
    }
    return null;
  }

  private void refuse(Submission submission, BrokerException refusal) {
    sequencer.release(submission);
    submission.done().completeExceptionally(refusal);
  }

  private void leave(Submission submission) {
    synchronized (lock) {
      waiting.computeIfPresent(
          submission.command().runId(), (runId, count) -> count == 1 ? null : count - 1);
    }
  }

  private BrokerException queueFull() {
    return BrokerException.of(
            ErrorReason.ERROR_REASON_OVERLOADED,
            "as many requests wait to be sequenced as may: "
                + config.queueRequestsMax()
                + ", or "
                + config.queueBytesMax()
                + " bytes")
        .with("limit", config.queueRequestsMax())
        .with("limit_bytes", config.queueBytesMax());
  }
}
