package dev.eider.it.fuzz;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.Refusal;
import dev.eider.it.RunCalls;
import dev.eider.v1.Event;
import dev.eider.v1.ForkRequest;
import dev.eider.v1.JsonPatch;
import dev.eider.v1.JsonPatchOp;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.WorldStateSnapshot;
import io.grpc.CallOptions;
import io.grpc.Status;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests that grow once they are inside, each of which could end a daemon with a small heap. */
@Timeout(180)
class HugeInputIT {
  private static final byte[] NO_MESSAGE = {(byte) 0xff, 1, 2, 3};

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension().likeLauncher().jvm("-XX:+ExitOnOutOfMemoryError");

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @AfterEach
  void shouldBeAlive() {
    assertThat(daemon.isAlive()).as("alive%s", daemon.logEnd()).isTrue();
  }

  @Test
  void shouldRefuseMillionsOfFields() {
    byte[] events = Http2.times(8_000_000, new byte[] {0x12, 0});

    refusal(Target.PUBLISH, events, CallOptions.DEFAULT)
        .shouldBe(Status.Code.INVALID_ARGUMENT, "BATCH_TOO_LARGE");
  }

  @Test
  void shouldRefuseWhatIsTooLargeOnceDecompressed() {
    byte[] zeros = new byte[60 << 20];

    refusal(Target.PUBLISH, zeros, CallOptions.DEFAULT.withCompression("gzip"))
        .shouldBe(Status.Code.INVALID_ARGUMENT, "BATCH_TOO_LARGE");
  }

  @Test
  void shouldRefuseBytesThatAreNoRequest() {
    refusal(Target.PUBLISH, NO_MESSAGE, CallOptions.DEFAULT)
        .shouldBe(Status.Code.INVALID_ARGUMENT, "INVALID_REQUEST");
  }

  @Test
  void shouldAnswerWhatCameBeforeBytesThatAreNoRequest() {
    PublishRequest good =
        PublishRequest.newBuilder()
            .setRunId("before")
            .setOpenIfMissing(true)
            .addEvents(Events.metric("", 0, "n", 1))
            .build();
    byte[] first = PublishStreamRequest.newBuilder().setPublish(good).build().toByteArray();

    RawCall call =
        RawCall.start(daemon.channel(), Target.PUBLISH_STREAM, CallOptions.DEFAULT)
            .send(first)
            .send(NO_MESSAGE)
            .halfClose();
    RawCall.Outcome outcome = outcome(call);

    assertThat(outcome.responses()).hasSize(1);
    assertThat(StreamMessages.response(outcome.responses().get(0)).hasPublished()).isTrue();
    Verdicts.refusal(outcome).shouldBe(Status.Code.INVALID_ARGUMENT, "INVALID_REQUEST");
  }

  @Test
  void shouldStoreTextThatGrowsSixfoldAsJson() {
    runs.publish("control-characters", Events.prompt(0, "\u1234" + "\u0001".repeat(15 << 20)));
    runs.close("control-characters");

    assertThat(ColdRead.of(daemon.channel(), "control-characters").events()).hasSize(1);
  }

  @Test
  void shouldStoreOnlyWhatReadersCanParse() {
    runs.publish("deep", nested(47));
    assertThat(daemon.isAlive()).isTrue();
    Refusal.of(() -> runs.publish("deep", nested(48)))
        .shouldBe(Status.Code.INVALID_ARGUMENT, "INVALID_REQUEST");
    runs.close("deep");

    assertThat(ColdRead.of(daemon.channel(), "deep").events()).hasSize(1);
  }

  @Test
  void shouldRefusePatchesThatGrow() {
    runs.publish("world", Events.turnStart("", 0, Events.gold(1)));
    JsonPatch.Builder patch = JsonPatch.newBuilder();
    for (int i = 0; i < 60; i++) {
      patch.addOps(JsonPatchOp.newBuilder().setOp("copy").setPath("/k" + i));
    }

    Refusal.of(() -> fork(ForkRequest.newBuilder().setParentRunId("world").setJsonPatch(patch)))
        .shouldBe(Status.Code.INVALID_ARGUMENT, "MUTATION_INVALID");
  }

  @Test
  void shouldRefuseALongPathInFewWords() {
    runs.publish("world-2", Events.turnStart("", 0, Events.gold(1)));
    JsonPatchOp.Builder op =
        JsonPatchOp.newBuilder().setOp("remove").setPath("/" + "\u00fc".repeat(50_000));
    ForkRequest.Builder request = ForkRequest.newBuilder().setParentRunId("world-2");
    request.getJsonPatchBuilder().addOps(op);

    Refusal.of(() -> fork(request)).shouldBe(Status.Code.INVALID_ARGUMENT, "MUTATION_INVALID");
  }

  @Test
  void shouldForkAWorldOfLongNames() {
    runs.publish("names", Events.turnStart("", 0, names("a")));

    fork(ForkRequest.newBuilder().setParentRunId("names").setMergePatch(names("b").getState()));
  }

  private static WorldStateSnapshot names(String prefix) {
    Struct.Builder state = Struct.newBuilder();
    for (int i = 0; i < 70; i++) {
      Value yes = Value.newBuilder().setBoolValue(true).build();
      state.putFields(prefix + i + "x".repeat(100_000), yes);
    }
    return WorldStateSnapshot.newBuilder().setState(state).build();
  }

  private void fork(ForkRequest.Builder request) {
    assertThat(daemon.broker().fork(request.build()).hasRun()).isTrue();
  }

  private static Event nested(int lists) {
    Value deepest = Value.newBuilder().setBoolValue(true).build();
    for (int i = 0; i < lists; i++) {
      ListValue list = ListValue.newBuilder().addValues(deepest).build();
      deepest = Value.newBuilder().setListValue(list).build();
    }
    return Events.metric("", 0, "n", 1).toBuilder()
        .setAttributes(Struct.newBuilder().putFields("a", deepest))
        .build();
  }

  private Refusal refusal(String method, byte[] message, CallOptions options) {
    return Verdicts.refusal(
        outcome(RawCall.start(daemon.channel(), method, options).send(message).halfClose()));
  }

  private static RawCall.Outcome outcome(RawCall call) {
    try {
      return call.ended.get(90, SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the call did not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
