package dev.eider.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ForkResponse;
import dev.eider.v1.OpenRunRequest;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.RunFilter;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.WorldStateSnapshot;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class EiderClientTest {
  @RegisterExtension private final ScriptedServer server = new ScriptedServer();
  private final EiderClient client = server.client;

  @Test
  void shouldOpenFindAndCloseRuns() {
    for (int i = 0; i < 8; i++) {
      client.openRun("run-" + i, Map.of("arena", "gold"));
    }
    assertThat(client.listRuns(RunFilter.getDefaultInstance())).hasSize(8);
    assertThat(client.getRun("run-3").getRunId()).isEqualTo("run-3");
    assertThat(client.closeRun("run-3", RunOutcome.RUN_OUTCOME_FAILED).getOutcome())
        .isEqualTo(RunOutcome.RUN_OUTCOME_FAILED);
  }

  @Test
  void shouldRepeatACallWithTheSameRequestIdWhileUnavailable() {
    server.runService.refusals.add(Errors.of(ErrorReason.ERROR_REASON_SHUTTING_DOWN, Map.of()));
    client.openRun("run", Map.of());
    assertThat(server.runService.opens).hasSize(2);
    assertThat(server.runService.opens.stream().map(OpenRunRequest::getRequestId).distinct())
        .hasSize(1)
        .noneMatch(String::isEmpty);
  }

  @Test
  void shouldRepeatAPublishOnlyWithAProducer() {
    PublishRequest plain =
        PublishRequest.newBuilder()
            .setRunId("run")
            .setOpenIfMissing(true)
            .addEvents(Events.metric(0))
            .build();
    server.log.refuse(r -> true, Errors.of(ErrorReason.ERROR_REASON_SHUTTING_DOWN, Map.of()));
    EiderException away = Errors.thrownBy(() -> client.publish(plain));
    assertThat(away.code()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(away.reason()).isEqualTo(ErrorReason.ERROR_REASON_SHUTTING_DOWN);
    assertThat(away.isRetriable()).isTrue();

    server.log.refuse(r -> true, Errors.of(ErrorReason.ERROR_REASON_SHUTTING_DOWN, Map.of()));
    PublishRequest safe =
        plain.toBuilder().setProducer(Producer.newBuilder().setId("me").setSeq(1)).build();
    assertThat(client.publish(safe).getFirstSeq()).isEqualTo(1);
  }

  @Test
  void shouldSayWhatTheDaemonSaid() {
    PublishRequest any = PublishRequest.newBuilder().setRunId("run").build();
    server.log.refuse(r -> true, Errors.invalidEvent("events[0].t"));
    EiderException refused = Errors.thrownBy(() -> client.publish(any));
    assertThat(refused.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_EVENT);
    assertThat(refused.field()).contains("events[0].t");
    assertThat(refused.metadata()).containsEntry("field", "events[0].t");
    assertThat(refused.isRetriable()).isFalse();
    server.log.refuse(r -> true, Errors.overloaded(40));
    EiderException overloaded = Errors.thrownBy(() -> client.publish(any));
    assertThat(overloaded.retryDelay()).contains(Duration.ofMillis(40));
    assertThat(overloaded.isRetriable()).isTrue();
    EiderException unknown = Errors.thrownBy(() -> client.serverInfo());
    assertThat(unknown.code()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(unknown.reason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
  }

  @Test
  void shouldForkWithAWorldThatWasChangedHere() {
    server.runService.snapshot =
        WorldStateSnapshot.newBuilder().setOpaque(ByteString.copyFromUtf8("gold=1")).build();
    ForkResponse fork =
        client.fork(
            "parent",
            3,
            before ->
                before.toBuilder()
                    .setOpaque(before.getOpaque().concat(ByteString.copyFromUtf8(" gems=2")))
                    .build());
    assertThat(fork.getSnapshot().getOpaque().toStringUtf8()).isEqualTo("gold=1 gems=2");
    assertThat(server.broker.forks)
        .singleElement()
        .matches(request -> request.getParentT() == 3)
        .matches(request -> !request.getRequestId().isEmpty());
  }

  @Test
  void shouldRefuseAnAddressThatIsNone() {
    assertThatThrownBy(() -> EiderClient.connect("localhost"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("host:port");
  }
}
