package dev.eider.it;

import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.DeleteRunRequest;
import dev.eider.v1.DeleteRunResponse;
import dev.eider.v1.Event;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.GetSnapshotRequest;
import dev.eider.v1.ListRunsRequest;
import dev.eider.v1.ListRunsResponse;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.Run;
import dev.eider.v1.RunFilter;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.RunState;
import dev.eider.v1.WorldStateSnapshot;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/** The everyday calls of a test, straight on the wire contract. Thread-safe. */
public record RunCalls(Daemon daemon) {
  private static final int CLOSERS = 40;

  public Run open(String runId, Map<String, String> labels) {
    OpenRunRequest request =
        OpenRunRequest.newBuilder().setRunId(runId).putAllLabels(labels).build();
    return daemon.runs().openRun(request).getRun();
  }

  /** Publishes, opening the run when it is missing. */
  public PublishResponse publish(String runId, List<Event> events) {
    return daemon
        .broker()
        .publish(
            PublishRequest.newBuilder()
                .setRunId(runId)
                .setOpenIfMissing(true)
                .addAllEvents(events)
                .build());
  }

  public PublishResponse publish(String runId, Event... events) {
    return publish(runId, List.of(events));
  }

  /** Closes and waits until all is persisted. */
  public Run close(String runId) {
    return daemon
        .runs()
        .closeRun(
            CloseRunRequest.newBuilder()
                .setRunId(runId)
                .setOutcome(RunOutcome.RUN_OUTCOME_COMPLETED)
                .build())
        .getRun();
  }

  /** Closes, asking again for as long as DuckDB has more to take than one call waits for. */
  public Run close(String runId, Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    while (true) {
      try {
        return close(runId);
      } catch (StatusRuntimeException e) {
        boolean isLate =
            e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED
                || Refusal.of(e).reason().equals("WAIT_TIMED_OUT");
        if (!isLate || System.nanoTime() > end) {
          throw e;
        }
      }
    }
  }

  /**
   * Closes runs side by side. One after the other, each would wait for a DuckDB transaction of its
   * own.
   */
  public void closeAll(Collection<String> runIds, Duration atMost) {
    Workers.forEach(runIds, CLOSERS, atMost, id -> close(id, atMost));
  }

  public DeleteRunResponse delete(String runId, boolean force) {
    return daemon
        .runs()
        .deleteRun(DeleteRunRequest.newBuilder().setRunId(runId).setForce(force).build());
  }

  public ForkResponse fork(String parent, int t, String child) {
    return daemon
        .broker()
        .fork(
            ForkRequest.newBuilder().setParentRunId(parent).setParentT(t).setRunId(child).build());
  }

  public Run get(String runId) {
    return daemon.runs().getRun(GetRunRequest.newBuilder().setRunId(runId).build()).getRun();
  }

  public WorldStateSnapshot snapshot(String runId, int t) {
    GetSnapshotRequest request = GetSnapshotRequest.newBuilder().setRunId(runId).setT(t).build();
    return daemon.runs().getSnapshot(request).getSnapshot();
  }

  /** The head of every run there is: what must be the same after a call that wrote nothing. */
  public Map<String, Long> heads() {
    Map<String, Long> heads = new TreeMap<>();
    list(RunFilter.getDefaultInstance(), 1_000)
        .forEach((runId, run) -> heads.put(runId, run.getHeadSeq()));
    return heads;
  }

  /** Every run that passes, by its id, in pages of at most so many. */
  public Map<String, Run> list(RunFilter filter, int pageSize) {
    Map<String, Run> runs = new TreeMap<>();
    ListRunsRequest.Builder request =
        ListRunsRequest.newBuilder().setPageSize(pageSize).setFilter(filter);
    do {
      ListRunsResponse page = daemon.runs().listRuns(request.build());
      for (Run run : page.getRunsList()) {
        if (runs.put(run.getRunId(), run) != null) {
          throw new AssertionError(run.getRunId() + " is listed twice");
        }
      }
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return runs;
  }

  /** Waits until no closed run is in memory any more. */
  public void awaitReaped(Duration atMost) {
    RunFilter open = RunFilter.newBuilder().setState(RunState.RUN_STATE_OPEN).build();
    Awaitility.await("closed runs leave memory")
        .atMost(atMost)
        .until(() -> daemon.counters().getRunsInMemory() == list(open, 1_000).size());
  }

  /** Waits until DuckDB holds everything. */
  public void awaitAllPersisted(Duration atMost) {
    Awaitility.await("all is persisted")
        .atMost(atMost)
        .until(() -> daemon.counters().getUnpersistedBytes() == 0);
  }

  /** Waits until DuckDB holds all of a run. */
  public void awaitPersisted(String runId, Duration atMost) {
    Awaitility.await(runId + " is persisted")
        .atMost(atMost)
        .until(() -> get(runId).getPersistedSeq() == get(runId).getHeadSeq());
  }
}
