package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Retries by the producer triple store nothing twice; {@link BadInputIT} has what is refused. */
@Timeout(90)
class IdempotentProducerIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @RegisterExtension
  static final DaemonExtension EXTENSION = new DaemonExtension().set("grace-ms", 200);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldAnswerARepeatWithTheSeqsOfTheFirstTime() {
    PublishResponse first = publish("repeat", 0, 1, 3);
    publish("repeat", 0, 4, 2);
    PublishRequest repeat = request("repeat", 0, 1, 3).toBuilder().setExpectedSeq(0).build();

    assertThat(first).isEqualTo(response(1, 3, false));
    assertThat(daemon.broker().publish(repeat)).isEqualTo(response(1, 3, true));
    assertThat(publish("repeat", 1, 1, 2)).as("a newer epoch").isEqualTo(response(6, 7, false));
  }

  @Test
  void shouldRecogniseARepeatAfterACrashAndAfterTheRunWasClosed() {
    // given a producer whose last answer was lost
    publish("crash", 0, 1, 3);
    publish("crash", 0, 4, 3);

    // when the daemon has died and come back
    daemon.kill9();
    daemon.restart();

    // then the repeat is recognised, and the next request goes on
    assertThat(publish("crash", 0, 4, 3)).isEqualTo(response(4, 6, true));
    assertThat(publish("crash", 0, 7, 1).getFirstSeq()).isEqualTo(7);

    // and also when the run was closed and has left memory
    runs.close("crash");
    runs.awaitReaped(SOON);
    Refusal.of(() -> publish("crash", 0, 8, 1))
        .shouldBe(Status.Code.FAILED_PRECONDITION, "RUN_CLOSED");
    ColdRead.of(daemon.channel(), "crash").checker().shouldHaveAllUpTo(7);
  }

  @Test
  void shouldRefuseWhatDependsOnARefusedRequestOfAStream() {
    // given a stream whose second request is bad, and its third goes on from there
    PublishRequest.Builder bad = request("piped", 0, 3, 1).toBuilder();
    bad.setEvents(0, bad.getEvents(0).toBuilder().setT(-1));
    List<PublishStreamRequest> requests =
        List.of(
            streamed("a", request("piped", 0, 1, 2)),
            streamed("b", bad.build()),
            streamed("c", request("piped", 0, 4, 1)),
            streamed("d", request("other", 0, 1, 2)));

    // when it is sent
    CallResult<PublishStreamResponse> answers = new CallResult<>();
    StreamObserver<PublishStreamRequest> call =
        BrokerServiceGrpc.newStub(daemon.channel()).publishStream(answers);
    requests.forEach(call::onNext);
    call.onCompleted();

    // then the run's later request is refused too, and the other run is not touched
    assertThat(answers.awaitEnd(SOON).isOk()).isTrue();
    List<PublishStreamResponse> responses = answers.responses();
    assertThat(responses.stream().map(PublishStreamResponse::getRequestId))
        .containsExactly("a", "b", "c", "d");
    assertThat(responses.get(0).getPublished()).isEqualTo(response(1, 2, false));
    Refusal.of(responses.get(1).getError()).shouldBe(Status.Code.INVALID_ARGUMENT, "INVALID_EVENT");
    Refusal.of(responses.get(2).getError())
        .shouldBe(Status.Code.FAILED_PRECONDITION, "PRODUCER_GAP");
    assertThat(responses.get(3).getPublished()).isEqualTo(response(1, 2, false));
    assertThat(runs.get("piped").getHeadSeq()).isEqualTo(2);
  }

  private PublishResponse publish(String runId, long epoch, long seq, int count) {
    return daemon.broker().publish(request(runId, epoch, seq, count));
  }

  private static PublishRequest request(String runId, long epoch, long seq, int count) {
    return PublishRequest.newBuilder()
        .setRunId(runId)
        .setOpenIfMissing(true)
        .setProducer(Producer.newBuilder().setId("p").setEpoch(epoch).setSeq(seq))
        .addAllEvents(Events.metrics(count, seq))
        .build();
  }

  private static PublishStreamRequest streamed(String requestId, PublishRequest request) {
    return PublishStreamRequest.newBuilder().setRequestId(requestId).setPublish(request).build();
  }

  private static PublishResponse response(long firstSeq, long lastSeq, boolean isRepeat) {
    return PublishResponse.newBuilder()
        .setFirstSeq(firstSeq)
        .setLastSeq(lastSeq)
        .setDuplicate(isRepeat)
        .build();
  }
}
