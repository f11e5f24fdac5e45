package dev.eider.client;

import com.google.rpc.Status;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.Run;
import dev.eider.v1.RunOutcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Predicate;

/**
 * What a daemon remembers, in memory; outlives the servers that stand before it. Refuses as
 * scripted, and counts what was asked. Thread-safe.
 */
final class ScriptedLog {
  private final Map<String, ScriptedRun> runs = new LinkedHashMap<>();
  private final Queue<Status> refusals = new ArrayDeque<>();
  private Predicate<PublishRequest> refusable = request -> true;
  final List<PublishRequest> seen = new ArrayList<>();

  /** Refuses the next publishes that match, one for each status. */
  synchronized void refuse(Predicate<PublishRequest> which, Status... statuses) {
    refusable = which;
    refusals.addAll(List.of(statuses));
  }

  synchronized PublishResponse publish(PublishRequest request) {
    seen.add(request);
    if (!refusals.isEmpty() && refusable.test(request)) {
      throw new ScriptedRun.Refusal(refusals.remove());
    }
    ScriptedRun run = runs.get(request.getRunId());
    if (run == null && !request.getOpenIfMissing()) {
      throw notFound(request.getRunId());
    }
    PublishResponse response = open(request.getRunId()).append(request);
    notifyAll();
    return response;
  }

  synchronized ScriptedRun open(String runId) {
    return runs.computeIfAbsent(runId, ScriptedRun::new);
  }

  synchronized Run close(String runId, RunOutcome outcome) {
    ScriptedRun run = find(runId);
    run.outcome =
        outcome == RunOutcome.RUN_OUTCOME_UNSPECIFIED ? RunOutcome.RUN_OUTCOME_COMPLETED : outcome;
    notifyAll();
    return run.describe();
  }

  synchronized ScriptedRun find(String runId) {
    ScriptedRun run = runs.get(runId);
    if (run == null) {
      throw notFound(runId);
    }
    return run;
  }

  /** The envelopes after a seq, at most so many. */
  synchronized List<EventEnvelope> after(String runId, long seq, int max) {
    List<EventEnvelope> all = find(runId).envelopes;
    int from = (int) Math.min(seq, all.size());
    return List.copyOf(all.subList(from, Math.min(all.size(), from + max)));
  }

  synchronized List<Run> describeAll() {
    return runs.values().stream().map(ScriptedRun::describe).toList();
  }

  synchronized List<PublishRequest> seen() {
    return List.copyOf(seen);
  }

  private static ScriptedRun.Refusal notFound(String runId) {
    return new ScriptedRun.Refusal(
        Errors.of(ErrorReason.ERROR_REASON_RUN_NOT_FOUND, Map.of("run_id", runId)));
  }
}
