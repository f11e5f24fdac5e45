package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.client.EiderClient;
import dev.eider.client.QueryResult;
import dev.eider.v1.DeleteRunRequest;
import dev.eider.v1.ForkPayload;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.GetSnapshotRequest;
import dev.eider.v1.GetSnapshotResponse;
import dev.eider.v1.JsonPatch;
import dev.eider.v1.JsonPatchOp;
import dev.eider.v1.QueryRequest;
import dev.eider.v1.Run;
import dev.eider.v1.RunFilter;
import dev.eider.v1.WatchRunsRequest;
import dev.eider.v1.WatchRunsResponse;
import dev.eider.v1.WorldMutationPayload;
import io.grpc.Status;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every turn can be forked, also one that is inherited or was begun twice. */
@Timeout(120)
class ForkedTurnIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @RegisterExtension static final DaemonExtension EXTENSION = DaemonExtension.shared();

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldTakeTheNewestTryOfATurnOrTheOneThatIsNamed() {
    // given two agents; one begins its turn four times, the last time without a world
    runs.publish(
        "tries",
        Events.turnStart("ada", 5, Events.gold(1)),
        Events.turnStart("bob", 5, Events.gold(10)),
        Events.turnStart("ada", 5, Events.gold(2)),
        Events.turnStart("bob", 5, Events.gold(20)),
        Events.turnStart("ada", 5, Events.gold(3)),
        Events.turnStart("ada", 5),
        Events.metric("ada", 5, "n", 1));

    // then the newest with a world is what a fork goes on from, live and cold
    shouldChoose("live");
    runs.close("tries");
    runs.awaitReaped(SOON);
    shouldChoose("cold");
  }

  private void shouldChoose(String when) {
    assertThat(at(fork("tries", 5, "tries-1" + when))).isEqualTo(5);
    assertThat(at(fork("tries", 5, "tries-2" + when).setAgentId("bob"))).isEqualTo(4);
    assertThat(at(fork("tries", 0, "tries-3" + when).setParentSeq(2))).isEqualTo(2);
    ForkRequest.Builder exact = fork("tries", 5, "").setParentSeq(3).setAgentId("ada");
    ForkResponse third = daemon.broker().fork(exact.build());
    assertThat(third.getSnapshot()).isEqualTo(Events.gold(2));
    assertThat(third.getEnvelope().getEvent().getFork().getParentSeq()).isEqualTo(3);
    assertThat(snapshot(get("tries").setT(5)).getSeq()).isEqualTo(5);
    assertThat(snapshot(get("tries").setSeq(1)).getSnapshot()).isEqualTo(Events.gold(1));
    refused(fork("tries", 4, "").setParentSeq(3), Status.Code.INVALID_ARGUMENT, "INVALID_REQUEST");
    refused(exact.setAgentId("bob"), Status.Code.INVALID_ARGUMENT, "INVALID_REQUEST");
    refused(fork("tries", 0, "").setParentSeq(-1), Status.Code.INVALID_ARGUMENT, "INVALID_REQUEST");
    refused(fork("tries", 0, "").setParentSeq(7), Status.Code.NOT_FOUND, "TURN_NOT_FOUND");
    refused(fork("tries", 0, "").setParentSeq(8), Status.Code.NOT_FOUND, "TURN_NOT_FOUND");
    refused(
        fork("tries", 0, "").setParentSeq(6), Status.Code.FAILED_PRECONDITION, "SNAPSHOT_MISSING");
  }

  private long at(ForkRequest.Builder request) {
    return daemon.broker().fork(request.build()).getRun().getParentSeq();
  }

  private void refused(ForkRequest.Builder request, Status.Code code, String reason) {
    Refusal.of(() -> daemon.broker().fork(request.build())).shouldBe(code, reason);
  }

  @Test
  void shouldForkATurnThatIsInheritedEvenOfADeletedRun() {
    // given a run, its fork at turn 2, and the fork of that at turn 4
    runs.publish("in-1", Events.turnStart("ada", 0, Events.gold(0)), Events.metric("", 0, "n", 0));
    runs.publish("in-1", Events.turnStart("ada", 1, Events.gold(1)));
    runs.publish("in-1", Events.turnStart("ada", 2, Events.gold(2)));
    daemon.broker().fork(fork("in-1", 2, "in-2").setReplacement(Events.gold(20)).build());
    runs.publish("in-2", Events.turnStart("ada", 3, Events.gold(3)));
    runs.publish("in-2", Events.turnStart("ada", 4, Events.gold(4)));
    daemon.broker().fork(fork("in-2", 4, "in-3").build());

    // then each turn is found where it is, from the last one too
    shouldFindTurns();
    assertThat(daemon.broker().fork(fork("in-3", 1, "in-4").build()).getRun())
        .returns("in-1", Run::getParentRunId)
        .returns(3L, Run::getParentSeq);

    // when the first is deleted, and the next
    delete("in-1");
    shouldFindTurns();
    Run fifth = daemon.broker().fork(fork("in-3", 1, "in-5").build()).getRun();
    delete("in-2");
    shouldFindTurns();
    Run sixth = daemon.broker().fork(fork("in-3", 2, "in-6").build()).getRun();
    assertThat(fifth.getParentRunId()).isEqualTo("in-1");
    assertThat(sixth).returns("in-2", Run::getParentRunId).returns(1L, Run::getParentSeq);

    // then, also when all that they were found through is gone, they have what they inherit
    delete("in-4");
    delete("in-3");
    runs.close("in-5");
    assertThat(places("in-5")).containsExactly("in-1 1", "in-1 2", "in-5 1");
    assertThat(places("in-6")).containsExactly("in-1 1", "in-1 2", "in-1 3", "in-6 1");
    assertThat(snapshot(get("in-6").setT(2)).getSnapshot()).isEqualTo(Events.gold(20));
    assertThat(snapshot(get("in-6").setT(1)).getSnapshot()).isEqualTo(Events.gold(1));
    refused(fork("in-6", 3, ""), Status.Code.NOT_FOUND, "TURN_NOT_FOUND");
  }

  private void shouldFindTurns() {
    shouldFind(0, 0, "in-1", 1);
    shouldFind(1, 1, "in-1", 3);
    shouldFind(2, 20, "in-2", 1);
    shouldFind(3, 3, "in-2", 3);
    shouldFind(4, 4, "in-3", 1);
    Refusal.of(() -> snapshot(get("in-3").setT(5)))
        .shouldBe(Status.Code.NOT_FOUND, "TURN_NOT_FOUND");
  }

  private void shouldFind(int t, double gold, String runId, long seq) {
    GetSnapshotResponse found = snapshot(get("in-3").setT(t));
    assertThat(found.getSnapshot()).as("turn %d", t).isEqualTo(Events.gold(gold));
    assertThat(found.getRunId()).isEqualTo(runId);
    assertThat(found.getSeq()).isEqualTo(seq);
  }

  private List<String> places(String runId) {
    return ColdRead.timeline(daemon.channel(), runId).events().stream()
        .map(one -> one.runId() + " " + one.seq())
        .toList();
  }

  private void delete(String runId) {
    daemon.runs().deleteRun(DeleteRunRequest.newBuilder().setRunId(runId).setForce(true).build());
  }

  @Test
  void shouldStreamWhatAForkInheritsAtOnce() {
    runs.publish("cold-1", Events.metrics(2_000, 0));
    runs.publish("cold-1", Events.turnStart("ada", 4, Events.gold(4)));
    runs.close("cold-1");
    runs.awaitReaped(SOON);
    for (int i = 0; i < 10; i++) {
      // a parent that DuckDB has, and one that it may not have yet
      String child = "cold-2-" + i;
      daemon.broker().fork(fork("cold-1", 4, child).build());
      assertThat(places(child)).hasSizeBetween(2_000, 2_001);
      runs.publish(child, Events.turnStart("ada", 5, Events.gold(5)));
      daemon.broker().fork(fork(child, 5, child + "-1").build());
      assertThat(places(child + "-1")).hasSizeBetween(2_001, 2_002);
    }
  }

  @Test
  void shouldRecordTheMutationAsItWasGiven() {
    runs.publish("how", Events.turnStart("ada", 1, Events.gold(100)));
    Value nothing = Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
    Struct merge =
        Struct.newBuilder()
            .putFields("gold", Events.number(500))
            .putFields("silver", nothing)
            .build();
    JsonPatch patch =
        JsonPatch.newBuilder()
            .addOps(op("replace", "/gold").setValue(Events.number(7)))
            .addOps(op("copy", "/copper").setFrom("/gold"))
            .build();

    ForkPayload merged = made(fork("how", 1, "how-1").setMergePatch(merge));
    ForkPayload patched = made(fork("how", 1, "how-2").setJsonPatch(patch));
    ForkPayload replaced = made(fork("how", 1, "how-3").setReplacement(Events.gold(3)));
    ForkPayload same = made(fork("how", 1, "how-4"));

    assertThat(merged.getMutationSummary()).isEqualTo("gold: 100 -> 500");
    assertThat(merged.getSnapshot()).isEqualTo(Events.gold(500));
    WorldMutationPayload mutation = mutation("how-1");
    assertThat(mutation.getMergePatch()).isEqualTo(merge);
    assertThat(mutation.getBeforeSummary()).isEqualTo("gold: 100");
    assertThat(mutation.getAfterSummary()).isEqualTo("gold: 100 -> 500");
    assertThat(patched.getMutationSummary()).isEqualTo("copper: absent -> 7, gold: 100 -> 7");
    assertThat(mutation("how-2").getJsonPatchList())
        .extracting(Struct::getFieldsMap)
        .satisfiesExactly(
            first -> assertThat(first).containsOnlyKeys("op", "path", "value"),
            second -> assertThat(second).containsOnlyKeys("op", "path", "from"));
    assertThat(mutation("how-3").getReplacement()).isTrue();
    assertThat(replaced.getSnapshot()).isEqualTo(Events.gold(3));
    assertThat(same.getSnapshot()).isEqualTo(Events.gold(100));
    shouldBeInSql();
  }

  private ForkPayload made(ForkRequest.Builder request) {
    ForkResponse response = daemon.broker().fork(request.build());
    ForkPayload fork = response.getEnvelope().getEvent().getFork();
    assertThat(fork.getParentSeq()).isEqualTo(1);
    assertThat(response.getSnapshot()).isEqualTo(fork.getSnapshot());
    runs.close(request.getRunId());
    return fork;
  }

  private WorldMutationPayload mutation(String runId) {
    return ColdRead.of(daemon.channel(), runId).events().get(1).parsedEvent().getWorldMutation();
  }

  private void shouldBeInSql() {
    String sql =
        "SELECT coalesce(payload_json ->> '$.merge_patch', payload_json ->> '$.json_patch',"
            + " payload_json ->> '$.replacement', payload_json ->> '$.snapshot') FROM events"
            + " WHERE run_id IN ('how-1', 'how-2', 'how-3', 'how-4')"
            + " AND (kind = 'world_mutation' OR run_id = 'how-4') ORDER BY run_id";
    try (EiderClient client = EiderClient.connect(daemon.target());
        QueryResult result = client.query(QueryRequest.newBuilder().setSql(sql).build())) {
      assertThat(result.next().getValues(0).getStringValue()).contains("500", "null");
      assertThat(result.next().getValues(0).getStringValue()).contains("\"from\":\"/gold\"");
      assertThat(result.next().getValues(0).getStringValue()).isEqualTo("true");
      assertThat(result.next().getValues(0).getStringValue()).contains("\"gold\":100");
    }
  }

  @Test
  void shouldBePlayedOnByAWorkerThatKnowsOnlyItsId() {
    // given a worker that watches for forks
    runs.publish("watched", Events.turnStart("ada", 2, Events.gold(2)));
    WatchRunsRequest request =
        WatchRunsRequest.newBuilder()
            .setFilter(RunFilter.newBuilder().setRootRunId("watched"))
            .build();
    Iterator<WatchRunsResponse> changes = daemon.runs().withDeadlineAfter(SOON).watchRuns(request);

    // when somebody forks the run and says no more about it
    daemon.broker().fork(fork("watched", 2, "").setReplacement(Events.gold(77)).build());
    Run taken = forked(changes);

    // then the worker finds where to go on, and does
    GetSnapshotResponse start = snapshot(get(taken.getRunId()).setT(taken.getParentT()));
    assertThat(start.getSnapshot()).isEqualTo(Events.gold(77));
    runs.publish(
        taken.getRunId(),
        Events.turnStart("ada", taken.getParentT(), start.getSnapshot()),
        Events.metric("ada", taken.getParentT(), "gold", 78));
    runs.close(taken.getRunId());
    assertThat(places(taken.getRunId())).hasSize(4);
    assertThat(snapshot(get(taken.getRunId()).setT(2)).getSeq()).isEqualTo(3);
  }

  private static Run forked(Iterator<WatchRunsResponse> changes) {
    while (true) {
      WatchRunsResponse change = changes.next();
      if (change.hasForked()) {
        return change.getForked();
      }
    }
  }

  private GetSnapshotResponse snapshot(GetSnapshotRequest.Builder request) {
    return daemon.runs().getSnapshot(request.build());
  }

  private static GetSnapshotRequest.Builder get(String runId) {
    return GetSnapshotRequest.newBuilder().setRunId(runId);
  }

  private static ForkRequest.Builder fork(String parent, int t, String child) {
    return ForkRequest.newBuilder().setParentRunId(parent).setParentT(t).setRunId(child);
  }

  private static JsonPatchOp.Builder op(String op, String path) {
    return JsonPatchOp.newBuilder().setOp(op).setPath(path);
  }
}
