package dev.eider.it;

import static io.grpc.Status.Code.ALREADY_EXISTS;
import static io.grpc.Status.Code.FAILED_PRECONDITION;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.JsonPatch;
import dev.eider.v1.JsonPatchOp;
import dev.eider.v1.WorldStateSnapshot;
import io.grpc.Status;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A fork that cannot be made says why and writes nothing. */
@Timeout(60)
class ForkRefusalIT {
  @RegisterExtension static final DaemonExtension EXTENSION = DaemonExtension.shared();

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @BeforeAll
  static void publishParents() {
    Daemon daemon = EXTENSION.daemon();
    RunCalls runs = new RunCalls(daemon);
    runs.publish("parent", Events.turnStart("ada", 0, Events.gold(10)));
    runs.publish("legacy", Events.turnStart("ada", 0));
    WorldStateSnapshot save =
        WorldStateSnapshot.newBuilder().setOpaque(ByteString.copyFromUtf8("save")).build();
    runs.publish("opaque", Events.turnStart("ada", 0, save));
    runs.publish("taken", Events.metric("ada", 0, "n", 1));
    daemon.broker().fork(fork("parent").setRequestId("used").build());
  }

  /**
   * One fork that cannot be made.
   *
   * @param name what the report shows
   */
  record Case(String name, ForkRequest.Builder request, Status.Code code, String reason) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    Struct gold = Struct.newBuilder().putFields("gold", Events.number(1)).build();
    return Stream.of(
        new Case("unknown parent", fork("nobody"), NOT_FOUND, "RUN_NOT_FOUND"),
        new Case("turn that never was", fork("parent").setParentT(9), NOT_FOUND, "TURN_NOT_FOUND"),
        new Case(
            "turn of another agent", fork("parent").setAgentId("bob"), NOT_FOUND, "TURN_NOT_FOUND"),
        new Case(
            "turn without a snapshot", fork("legacy"), FAILED_PRECONDITION, "SNAPSHOT_MISSING"),
        new Case(
            "merge patch on an opaque world",
            fork("opaque").setMergePatch(gold),
            FAILED_PRECONDITION,
            "SNAPSHOT_OPAQUE"),
        new Case(
            "JSON patch on an opaque world",
            patching(fork("opaque"), "remove", "/gold"),
            FAILED_PRECONDITION,
            "SNAPSHOT_OPAQUE"),
        new Case(
            "removal of what is not there",
            patching(fork("parent"), "remove", "/silver"),
            INVALID_ARGUMENT,
            "MUTATION_INVALID"),
        new Case(
            "a test that fails",
            patching(fork("parent"), "test", "/gold"),
            INVALID_ARGUMENT,
            "MUTATION_INVALID"),
        new Case(
            "an operation that there is not",
            patching(fork("parent"), "explode", "/gold"),
            INVALID_ARGUMENT,
            "MUTATION_INVALID"),
        new Case(
            "a pointer that is none",
            patching(fork("parent"), "remove", "gold"),
            INVALID_ARGUMENT,
            "MUTATION_INVALID"),
        new Case(
            "a child that exists",
            fork("parent").setRunId("taken"),
            ALREADY_EXISTS,
            "RUN_ALREADY_EXISTS"),
        new Case(
            "a request_id used for another fork",
            fork("parent").setRequestId("used").setMergePatch(gold),
            ALREADY_EXISTS,
            "FORK_ALREADY_EXISTS"),
        new Case(
            "a child whose id breaks the rule",
            fork("parent").setRunId("../up"),
            INVALID_ARGUMENT,
            "INVALID_RUN_ID"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldSayWhyAndWriteNothing(Case refused) {
    Map<String, Long> before = runs.heads();

    Refusal refusal = Refusal.of(() -> daemon.broker().fork(refused.request().build()));

    refusal.shouldBe(refused.code(), refused.reason());
    assertThat(runs.heads()).isEqualTo(before);
  }

  private static ForkRequest.Builder fork(String parent) {
    return ForkRequest.newBuilder().setParentRunId(parent);
  }

  private static ForkRequest.Builder patching(ForkRequest.Builder fork, String op, String path) {
    JsonPatchOp.Builder one =
        JsonPatchOp.newBuilder().setOp(op).setPath(path).setValue(Events.number(99));
    return fork.setJsonPatch(JsonPatch.newBuilder().addOps(one));
  }
}
