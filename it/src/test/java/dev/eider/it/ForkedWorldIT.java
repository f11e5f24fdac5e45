package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import dev.eider.client.EiderClient;
import dev.eider.client.TransferProgress;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.DeleteRunRequest;
import dev.eider.v1.Event;
import dev.eider.v1.ExportFormat;
import dev.eider.v1.ExportRunsRequest;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.GetSnapshotRequest;
import dev.eider.v1.GetSnapshotResponse;
import dev.eider.v1.WorldStateSnapshot;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The world that a fork begins with is kept, whatever becomes of its parent and its maker. */
@Timeout(180)
class ForkedWorldIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final WorldStateSnapshot SAVE =
      WorldStateSnapshot.newBuilder()
          .setOpaque(ByteString.copyFrom(new byte[] {0, -1, 7}))
          .setMediaType("application/x-save")
          .build();

  @RegisterExtension
  static final DaemonExtension EXTENSION = new DaemonExtension().set("grace-ms", 200);

  @TempDir private static Path files;
  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldBeFoundWhateverBecomesOfTheParent() throws Exception {
    // given a fork with a changed world, one as it was, one of a world that is no JSON
    runs.publish("kept", Events.metric("ada", 3, "n", 1), Events.turnStart("ada", 3, gold(3, 9)));
    runs.publish("kept-opaque", Events.turnStart("ada", 3, SAVE));
    daemon.broker().fork(fork("kept", 3, "kept-1").setMergePatch(gold(500)).build());
    daemon.broker().fork(fork("kept", 3, "kept-2").build());
    daemon.broker().fork(fork("kept-opaque", 3, "kept-3").build());
    shouldFindTheWorlds(daemon);

    // when
    daemon.kill9();
    daemon.restart();
    shouldFindTheWorlds(daemon);
    runs.close("kept");
    runs.awaitReaped(SOON);
    shouldFindTheWorlds(daemon);
    for (String parent : List.of("kept", "kept-opaque")) {
      daemon
          .runs()
          .deleteRun(DeleteRunRequest.newBuilder().setRunId(parent).setForce(true).build());
    }
    shouldFindTheWorlds(daemon);
    List<String> forks = List.of("kept-1", "kept-2", "kept-3");
    forks.forEach(runs::close);
    runs.awaitReaped(SOON);
    daemon.terminate(20);
    daemon.restart();

    // then
    shouldFindTheWorlds(daemon);
    shouldComeWithAFile(forks);
  }

  private void shouldComeWithAFile(List<String> forks) throws Exception {
    Path file = files.resolve("forks.duckdb");
    ExportRunsRequest request =
        ExportRunsRequest.newBuilder()
            .addAllRunIds(forks)
            .setFormat(ExportFormat.EXPORT_FORMAT_DUCKDB)
            .build();
    Path directory = RepositoryRoot.workDirectory("ForkedWorldTarget");
    Directories.empty(directory);
    try (Daemon target = Daemon.start(directory, Daemon.SHORT_LIVED, Map.of());
        EiderClient from = EiderClient.connect(daemon.target());
        EiderClient to = EiderClient.connect(target.target());
        OutputStream out = Files.newOutputStream(file)) {
      from.exportRuns(request, out, TransferProgress.NONE);
      to.importRuns(file, TransferProgress.NONE);
      shouldFindTheWorlds(target);
      // and it can be forked there, without its parent
      ForkResponse fork = to.fork(fork("kept-1", 3, "kept-again").build());
      assertThat(fork.getSnapshot()).isEqualTo(gold(500, 9));
      assertThat(fork.getRun().getParentSeq()).isEqualTo(1);
    }
  }

  private static void shouldFindTheWorlds(Daemon at) {
    assertThat(snapshot(at, "kept-1").getSnapshot()).isEqualTo(gold(500, 9));
    assertThat(snapshot(at, "kept-2").getSnapshot()).isEqualTo(gold(3, 9));
    assertThat(snapshot(at, "kept-3").getSnapshot()).isEqualTo(SAVE);
    assertThat(snapshot(at, "kept-1").getRunId()).isEqualTo("kept-1");
    assertThat(snapshot(at, "kept-1").getSeq()).isEqualTo(1);
  }

  private static GetSnapshotResponse snapshot(Daemon at, String runId) {
    return at.runs().getSnapshot(GetSnapshotRequest.newBuilder().setRunId(runId).setT(3).build());
  }

  @Test
  void shouldReachAClientThatTakesNoLargeAnswer() throws Exception {
    // given a world that is larger than what gRPC clients take if they are not told otherwise
    WorldStateSnapshot large = text("x".repeat(5 << 20));
    runs.publish("large", Events.turnStart("ada", 0, large));
    ForkRequest request = fork("large", 0, "").setRequestId("large-1").build();
    ManagedChannel channel =
        Grpc.newChannelBuilder(daemon.target(), InsecureChannelCredentials.create()).build();
    BrokerServiceGrpc.BrokerServiceBlockingStub small = BrokerServiceGrpc.newBlockingStub(channel);
    try {
      // when it tries, and then leaves the world out of the answer
      StatusRuntimeException tooLarge =
          catchThrowableOfType(StatusRuntimeException.class, () -> small.fork(request));
      assertThat(tooLarge.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      ForkResponse fork = small.fork(request.toBuilder().setOmitSnapshot(true).build());

      // then it is one and the same fork, with its world
      assertThat(fork.hasSnapshot()).isFalse();
      assertThat(fork.getEnvelope().getEvent().getFork().hasSnapshot()).isFalse();
      ForkResponse whole = daemon.broker().fork(request);
      assertThat(whole.getRun()).isEqualTo(fork.getRun());
      assertThat(whole.getSnapshot()).isEqualTo(large);
      assertThat(whole.getSerializedSize()).isLessThan(6 << 20);
      GetSnapshotRequest where =
          GetSnapshotRequest.newBuilder()
              .setRunId(fork.getRun().getRunId())
              .setOmitSnapshot(true)
              .build();
      GetSnapshotResponse found = daemon.runs().getSnapshot(where);
      assertThat(found.hasSnapshot()).isFalse();
      assertThat(found.getSeq()).isEqualTo(1);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void shouldAnswerARepeatWithTheWorldOfTheFirstTime() {
    runs.publish("again", Events.turnStart("ada", 0, gold(1, 1)));
    ForkRequest request =
        fork("again", 0, "").setRequestId("again-1").setMergePatch(gold(2)).build();
    ForkResponse first = daemon.broker().fork(request);

    // when the turn has a newer world, and when the parent is gone
    runs.publish("again", Events.turnStart("ada", 0, SAVE));
    ForkResponse second = daemon.broker().fork(request);
    daemon.runs().deleteRun(DeleteRunRequest.newBuilder().setRunId("again").setForce(true).build());
    ForkResponse third = daemon.broker().fork(request);

    // then
    assertThat(second.getSnapshot()).isEqualTo(first.getSnapshot()).isEqualTo(gold(2, 1));
    assertThat(second.getEnvelope()).isEqualTo(first.getEnvelope());
    assertThat(third.getSnapshot()).isEqualTo(first.getSnapshot());
    assertThat(third.getRun().getRunId()).isEqualTo(first.getRun().getRunId());
    ForkRequest other = request.toBuilder().setParentSeq(1).build();
    Refusal.of(() -> daemon.broker().fork(other)).shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");
  }

  @Test
  void shouldRefuseAForkWhoseEventWouldBeTooLarge() {
    // given a world that leaves less room than the words of its fork take
    Event turn = Events.turnStart("", 0, text("x".repeat((16 << 20) - 1_000)));
    runs.publish("brimful", turn);
    ForkRequest request = fork("brimful", 0, "").setMutationSummary("y".repeat(5_000)).build();

    Map<String, Long> before = runs.heads();
    Refusal refusal = Refusal.of(() -> daemon.broker().fork(request));

    refusal.shouldBe(Status.Code.INVALID_ARGUMENT, "BATCH_TOO_LARGE");
    assertThat(refusal.metadata()).containsEntry("limit", String.valueOf(16 << 20));
    assertThat(refusal.metadata()).containsKey("actual");
    assertThat(runs.heads()).isEqualTo(before);
    // and without the words it has room
    assertThat(daemon.broker().fork(fork("brimful", 0, "").build()).getRun().getHeadSeq())
        .isEqualTo(1);
  }

  private static WorldStateSnapshot gold(double gold, double wood) {
    Struct.Builder state = gold(gold).toBuilder().putFields("wood", Events.number(wood));
    return WorldStateSnapshot.newBuilder().setState(state).build();
  }

  private static Struct gold(double gold) {
    return Struct.newBuilder().putFields("gold", Events.number(gold)).build();
  }

  private static WorldStateSnapshot text(String text) {
    Struct state = Struct.newBuilder().putFields("text", Events.text(text)).build();
    return WorldStateSnapshot.newBuilder().setState(state).build();
  }

  private static ForkRequest.Builder fork(String parent, int t, String child) {
    return ForkRequest.newBuilder().setParentRunId(parent).setParentT(t).setRunId(child);
  }
}
