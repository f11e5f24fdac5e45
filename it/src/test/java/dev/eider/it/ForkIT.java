package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Value;
import dev.eider.v1.Event;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.JsonPatch;
import dev.eider.v1.JsonPatchOp;
import dev.eider.v1.Run;
import dev.eider.v1.RunState;
import dev.eider.v1.WorldStateSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A fork begins with the world of the turn it was made from, changed as asked. */
@Timeout(120)
class ForkIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int REAL_RUNS = Scale.of("eider.it.forkedRuns", 6, 20);

  @RegisterExtension
  static final DaemonExtension EXTENSION = new DaemonExtension().set("grace-ms", 200);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldForkRealRunsAtEveryTurn() {
    List<RecordedRun> parents = RecordedRuns.some(REAL_RUNS);
    for (RecordedRun parent : parents) {
      runs.publish(parent.runId(), parent.events());
    }
    // given parents of which some are open, some closed, and some have left memory
    for (int i = 0; i < REAL_RUNS / 3; i++) {
      runs.close(parents.get(i).runId());
    }
    runs.awaitReaped(SOON);
    for (int i = REAL_RUNS / 3; i < 2 * REAL_RUNS / 3; i++) {
      runs.close(parents.get(i).runId());
    }

    // when each is forked at each turn, then the fork has the turn's world
    for (RecordedRun parent : parents) {
      for (Event event : parent.events()) {
        if (event.hasTurnStart()) {
          forkAtTurn(parent.runId(), event);
        }
      }
    }
  }

  private void forkAtTurn(String parent, Event turnStart) {
    int t = turnStart.getT();
    Struct world = turnStart.getTurnStart().getSnapshot().getState();
    ForkRequest asItWas = fork(parent, t, "f0-" + parent + "-" + t);
    assertThat(stateOf(asItWas)).as("fork of %s at %d", parent, t).isEqualTo(world);
    assertThat(runs.snapshot(parent, t).getState()).isEqualTo(world);

    Struct merge = Struct.newBuilder().putFields("gold", Events.number(5)).build();
    ForkRequest merged =
        fork(parent, t, "f1-" + parent + "-" + t).toBuilder().setMergePatch(merge).build();
    assertThat(stateOf(merged))
        .isEqualTo(world.toBuilder().putFields("gold", Events.number(5)).build());

    ListValue.Builder rest = world.getFieldsOrThrow("messages").getListValue().toBuilder();
    ForkRequest patched =
        fork(parent, t, "f2-" + parent + "-" + t).toBuilder()
            .setJsonPatch(JsonPatch.newBuilder().addOps(op("remove", "/messages/0")))
            .build();
    assertThat(stateOf(patched))
        .isEqualTo(
            Struct.newBuilder()
                .putFields(
                    "messages", Value.newBuilder().setListValue(rest.removeValues(0)).build())
                .build());
  }

  private Struct stateOf(ForkRequest request) {
    return daemon.broker().fork(request).getSnapshot().getState();
  }

  @Test
  void shouldWriteTheForkAndTheMutationAsTheFirstTwoEvents() {
    // given
    publishWorld("parent", 3, 10);

    // when
    ForkRequest request =
        fork("parent", 3, "child").toBuilder()
            .setMergePatch(Struct.newBuilder().putFields("gold", Events.number(500)))
            .setMutationSummary("more gold")
            .setReason("to see")
            .putLabels("arm", "rich")
            .build();
    ForkResponse response = daemon.broker().fork(request);

    // then
    Run run = response.getRun();
    assertThat(run.getRunId()).isEqualTo("child");
    assertThat(run.getState()).isEqualTo(RunState.RUN_STATE_OPEN);
    assertThat(run.getHeadSeq()).isEqualTo(2);
    assertThat(run.getParentRunId()).isEqualTo("parent");
    assertThat(run.getParentT()).isEqualTo(3);
    assertThat(run.getParentSeq()).isEqualTo(2);
    assertThat(run.getRootRunId()).isEqualTo("parent");
    assertThat(run.getLabelsMap()).containsExactly(Map.entry("arm", "rich"));
    assertThat(response.getSnapshot()).isEqualTo(Events.gold(500));
    assertThat(response.getEnvelope().getSeq()).isEqualTo(1);
    Event fork = response.getEnvelope().getEvent();
    assertThat(fork.getFork().getParentRunId()).isEqualTo("parent");
    assertThat(fork.getFork().getParentT()).isEqualTo(3);
    assertThat(fork.getFork().getMutationSummary()).isEqualTo("more gold");
    runs.close("child");
    ColdRead cold = ColdRead.of(daemon.channel(), "child");
    cold.checker().shouldHaveAllUpTo(2);
    assertThat(cold.events().get(0).parsedEvent()).isEqualTo(fork);
    assertThat(cold.events().get(1).parsedEvent().getWorldMutation().getReason())
        .isEqualTo("to see");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          merge_patch { fields { key: 'gold' value { null_value: NULL_VALUE } } } | {}
          merge_patch { fields { key: 'tin' value { number_value: 3 } } } | {"gold": 10, "tin": 3}
          replacement { state { fields { key: 'tin' value { number_value: 3 } } } } | {"tin": 3}
          json_patch { ops { op: 'test' path: '/gold' value { number_value: 10 } } \
              ops { op: 'replace' path: '/gold' value { number_value: 20 } } \
              ops { op: 'copy' path: '/silver' from: '/gold' } \
              ops { op: 'add' path: '/a~1b' value { string_value: 'slash' } } \
              ops { op: 'move' path: '/copper' from: '/silver' } \
              ops { op: 'remove' path: '/gold' } } | {"copper": 20, "a/b": "slash"}
          """)
  void shouldChangeTheWorldAsAsked(String mutation, String world) throws TextFormat.ParseException {
    String parent = "changed-" + mutation.hashCode();
    publishWorld(parent, 0, 10);
    ForkRequest.Builder request = ForkRequest.newBuilder().setParentRunId(parent);
    TextFormat.merge(mutation, request);
    assertThat(stateOf(request.build())).isEqualTo(RecordedRuns.parseObject(world));
  }

  @Test
  void shouldForkAnOpaqueWorldAsItWasOrReplaced() {
    WorldStateSnapshot save =
        WorldStateSnapshot.newBuilder()
            .setOpaque(ByteString.copyFrom(new byte[] {0, -1, 7}))
            .setMediaType("application/x-save")
            .build();
    runs.publish("opaque-ok", Events.turnStart("ada", 0, save));

    ForkResponse asItWas = daemon.broker().fork(fork("opaque-ok", 0, "o1"));
    ForkRequest replacing =
        fork("opaque-ok", 0, "o2").toBuilder().setReplacement(Events.gold(1)).build();

    assertThat(asItWas.getSnapshot()).isEqualTo(save);
    assertThat(daemon.broker().fork(replacing).getSnapshot()).isEqualTo(Events.gold(1));
  }

  @Test
  void shouldChooseTheTurnOfTheAgentAskedFor() {
    runs.publish(
        "shared",
        Events.turnStart("ada", 0, Events.gold(1)),
        Events.turnStart("bob", 0, Events.gold(2)));

    ForkRequest bobs = fork("shared", 0, "s2").toBuilder().setAgentId("bob").build();

    assertThat(stateOf(fork("shared", 0, "s1"))).isEqualTo(Events.gold(1).getState());
    assertThat(stateOf(bobs)).isEqualTo(Events.gold(2).getState());
  }

  @Test
  void shouldAnswerARepeatOfTheRequestIdWithTheSameFork() {
    publishWorld("once", 0, 10);
    ForkRequest request =
        ForkRequest.newBuilder().setParentRunId("once").setRequestId("once-1").build();

    ForkResponse first = daemon.broker().fork(request);
    ForkResponse again = daemon.broker().fork(request);

    assertThat(again.getRun().getRunId()).isEqualTo(first.getRun().getRunId()).isNotEmpty();
    assertThat(again.getEnvelope()).isEqualTo(first.getEnvelope());
    assertThat(again.getSnapshot()).isEqualTo(first.getSnapshot());
    assertThat(runs.get(first.getRun().getRunId()).getHeadSeq()).isEqualTo(1);
  }

  private void publishWorld(String runId, int t, double gold) {
    runs.publish(
        runId, Events.metric("ada", t, "before", 0), Events.turnStart("ada", t, Events.gold(gold)));
  }

  private static ForkRequest fork(String parent, int t, String child) {
    return ForkRequest.newBuilder().setParentRunId(parent).setParentT(t).setRunId(child).build();
  }

  private static JsonPatchOp.Builder op(String op, String path) {
    return JsonPatchOp.newBuilder().setOp(op).setPath(path);
  }
}
