package dev.eider.it;

import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.EventFilter;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.GetSnapshotRequest;
import dev.eider.v1.ListRunsRequest;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.SubscribeRequest;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Requests other than publishes that break a rule of their .proto file. */
final class BadRequests {
  private static final String INVALID = "INVALID_REQUEST";

  private BadRequests() {}

  static List<BadInput> all() {
    List<BadInput> all = new ArrayList<>(badReads());
    all.addAll(badRunCalls());
    all.addAll(badForks());
    return all;
  }

  private static List<BadInput> badReads() {
    EventFilter unknownKind = EventFilter.newBuilder().addKinds("explosion").build();
    EventFilter.Builder manyAgents = EventFilter.newBuilder();
    for (int i = 0; i <= 1000; i++) {
      manyAgents.addAgentIds("a" + i);
    }
    return List.of(
        BadInput.invalid("subscribe: run_id", subscribe(reading("")), "INVALID_RUN_ID", "run_id"),
        BadInput.invalid(
            "subscribe: after_seq",
            subscribe(reading("innocent").setAfterSeq(-1)),
            INVALID,
            "after_seq"),
        BadInput.invalid(
            "subscribe: max_batch",
            subscribe(reading("innocent").setMaxBatch(10_001)),
            INVALID,
            "max_batch",
            "10000"),
        BadInput.invalid(
            "subscribe: filter.kinds",
            subscribe(reading("innocent").setFilter(unknownKind)),
            INVALID,
            "filter.kinds[0]"),
        BadInput.invalid(
            "subscribe: filter.agent_ids",
            subscribe(reading("innocent").setFilter(manyAgents)),
            INVALID,
            "filter.agent_ids",
            "1000"),
        BadInput.refused(
            "subscribe: past the end",
            subscribe(reading("closed").setAfterSeq(4)),
            Status.Code.OUT_OF_RANGE,
            "SEQ_BEYOND_HEAD",
            "head_seq=3"),
        BadInput.invalid("cold stream: after_seq", cold("innocent", -1, 0), INVALID, "after_seq"),
        BadInput.invalid("cold stream: until_seq", cold("innocent", 0, -1), INVALID, "until_seq"),
        BadInput.refused(
            "cold stream: no such run",
            cold("nowhere", 0, 0),
            Status.Code.NOT_FOUND,
            "RUN_NOT_FOUND"));
  }

  private static List<BadInput> badRunCalls() {
    CloseRunRequest otherOutcome =
        CloseRunRequest.newBuilder()
            .setRunId("closed")
            .setOutcome(RunOutcome.RUN_OUTCOME_FAILED)
            .build();
    OpenRunRequest.Builder manyLabels = opening("labelled");
    for (int i = 0; i <= 64; i++) {
      manyLabels.putLabels("k" + i, "v");
    }
    return List.of(
        BadInput.invalid("open: run_id", open(opening("a b")), "INVALID_RUN_ID", "run_id"),
        BadInput.refused(
            "open: taken",
            open(opening("innocent")),
            Status.Code.ALREADY_EXISTS,
            "RUN_ALREADY_EXISTS"),
        BadInput.invalid("open: 65 labels", open(manyLabels), INVALID, "labels", "64"),
        BadInput.invalid(
            "open: request_id",
            open(opening("long").setRequestId("r".repeat(129))),
            INVALID,
            "request_id",
            "128"),
        BadInput.refused(
            "close: no such run",
            close(CloseRunRequest.newBuilder().setRunId("nowhere").build()),
            Status.Code.NOT_FOUND,
            "RUN_NOT_FOUND"),
        BadInput.refused(
            "close: another outcome",
            close(otherOutcome),
            Status.Code.FAILED_PRECONDITION,
            "RUN_CLOSED",
            "outcome"),
        BadInput.refused(
            "get: no such run",
            daemon -> daemon.runs().getRun(GetRunRequest.newBuilder().setRunId("nowhere").build()),
            Status.Code.NOT_FOUND,
            "RUN_NOT_FOUND"),
        BadInput.invalid(
            "list: page_size",
            list(ListRunsRequest.newBuilder().setPageSize(1001)),
            INVALID,
            "page_size",
            "1000"),
        BadInput.invalid(
            "list: page_token",
            list(ListRunsRequest.newBuilder().setPageToken("not one of ours")),
            INVALID,
            "page_token"));
  }

  private static List<BadInput> badForks() {
    return List.of(
        BadInput.invalid(
            "fork: parent_run_id",
            fork(ForkRequest.newBuilder().setParentRunId("a/b")),
            "INVALID_RUN_ID",
            "parent_run_id"),
        BadInput.invalid(
            "fork: parent_t",
            fork(ForkRequest.newBuilder().setParentRunId("innocent").setParentT(-1)),
            INVALID,
            "parent_t"),
        BadInput.invalid(
            "fork: mutation_summary",
            fork(
                ForkRequest.newBuilder()
                    .setParentRunId("innocent")
                    .setMutationSummary("s".repeat(16_385))),
            INVALID,
            "mutation_summary",
            "16384"),
        BadInput.invalid(
            "snapshot: t",
            daemon ->
                daemon
                    .runs()
                    .getSnapshot(
                        GetSnapshotRequest.newBuilder().setRunId("innocent").setT(-1).build()),
            INVALID,
            "t"));
  }

  private static SubscribeRequest.Builder reading(String runId) {
    return SubscribeRequest.newBuilder().setRunId(runId);
  }

  private static Consumer<Daemon> subscribe(SubscribeRequest.Builder request) {
    return daemon -> daemon.broker().subscribe(request.build()).hasNext();
  }

  private static Consumer<Daemon> cold(String runId, long afterSeq, long untilSeq) {
    ColdStreamRequest request =
        ColdStreamRequest.newBuilder()
            .setRunId(runId)
            .setAfterSeq(afterSeq)
            .setUntilSeq(untilSeq)
            .build();
    return daemon -> daemon.broker().coldStream(request).hasNext();
  }

  private static OpenRunRequest.Builder opening(String runId) {
    return OpenRunRequest.newBuilder().setRunId(runId);
  }

  private static Consumer<Daemon> open(OpenRunRequest.Builder request) {
    return daemon -> daemon.runs().openRun(request.build());
  }

  private static Consumer<Daemon> close(CloseRunRequest request) {
    return daemon -> daemon.runs().closeRun(request);
  }

  private static Consumer<Daemon> list(ListRunsRequest.Builder request) {
    return daemon -> daemon.runs().listRuns(request.build());
  }

  private static Consumer<Daemon> fork(ForkRequest.Builder request) {
    return daemon -> daemon.broker().fork(request.build());
  }
}
