package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Retries by the producer triple store nothing twice, and mistakes are told apart. */
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

    PublishResponse again = publish("repeat", 0, 1, 3);

    assertThat(first.getDuplicate()).isFalse();
    assertThat(again.getDuplicate()).isTrue();
    assertThat(again.getFirstSeq()).isEqualTo(first.getFirstSeq()).isEqualTo(1);
    assertThat(again.getLastSeq()).isEqualTo(first.getLastSeq()).isEqualTo(3);
    assertThat(runs.get("repeat").getHeadSeq()).isEqualTo(5);
  }

  @Test
  void shouldRefuseAGapAndNameWhatComesNext() {
    publish("gap", 0, 1, 3);

    Refusal refusal = Refusal.of(() -> publish("gap", 0, 6, 1));

    refusal.shouldBe(Status.Code.FAILED_PRECONDITION, "PRODUCER_GAP");
    assertThat(refusal.metadata()).containsEntry("expected", "4").containsEntry("actual", "6");
    assertThat(runs.get("gap").getHeadSeq()).isEqualTo(3);
  }

  @Test
  void shouldRefuseARequestThatIsHalfARepeat() {
    publish("half", 0, 1, 3);

    Refusal.of(() -> publish("half", 0, 3, 2))
        .shouldBe(Status.Code.FAILED_PRECONDITION, "PRODUCER_GAP");
    assertThat(runs.get("half").getHeadSeq()).isEqualTo(3);
  }

  @Test
  void shouldFenceTheOlderOfTwoIncarnations() {
    publish("fenced", 4, 1, 3);

    PublishResponse newer = publish("fenced", 5, 1, 2);
    Refusal refusal = Refusal.of(() -> publish("fenced", 4, 4, 1));

    assertThat(newer.getFirstSeq()).isEqualTo(4);
    refusal.shouldBe(Status.Code.ABORTED, "PRODUCER_FENCED");
    assertThat(refusal.metadata()).containsEntry("current_epoch", "5");
    Refusal.of(() -> publish("fenced", 6, 2, 1))
        .shouldBe(Status.Code.FAILED_PRECONDITION, "PRODUCER_GAP");
  }

  @Test
  void shouldRefuseAHeadThatTheCallerGotWrong() {
    runs.publish("head", Events.metrics(3, 0));
    PublishRequest request = request("head", 0, 1, 2).toBuilder().setExpectedSeq(2).build();

    Refusal refusal = Refusal.of(() -> daemon.broker().publish(request));
    PublishResponse right = daemon.broker().publish(request.toBuilder().setExpectedSeq(3).build());
    PublishResponse again = daemon.broker().publish(request.toBuilder().setExpectedSeq(3).build());

    refusal.shouldBe(Status.Code.FAILED_PRECONDITION, "SEQ_MISMATCH");
    assertThat(refusal.metadata()).containsEntry("expected", "2").containsEntry("actual", "3");
    assertThat(right.getLastSeq()).isEqualTo(5);
    assertThat(again.getDuplicate()).as("a repeat is recognised first").isTrue();
  }

  @Test
  void shouldRecogniseARepeatAfterACrashAndAfterTheRunWasClosed() {
    // given a producer whose last answer was lost
    publish("crash", 0, 1, 3);
    PublishResponse lost = publish("crash", 0, 4, 3);

    // when the daemon has died and come back
    daemon.kill9();
    daemon.restart();

    // then the repeat is recognised, and the next request goes on
    PublishResponse again = publish("crash", 0, 4, 3);
    assertThat(again).isEqualTo(lost.toBuilder().setDuplicate(true).build());
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
    List<PublishStreamResponse> responses =
        new PublishStreamCall(daemon.channel()).sendAll(requests, SOON);

    // then the run's later request is refused too, and the other run is not touched
    assertThat(answer(responses, "a").getPublished().getLastSeq()).isEqualTo(2);
    Refusal.of(answer(responses, "b").getError())
        .shouldBe(Status.Code.INVALID_ARGUMENT, "INVALID_EVENT");
    Refusal.of(answer(responses, "c").getError())
        .shouldBe(Status.Code.FAILED_PRECONDITION, "PRODUCER_GAP");
    assertThat(answer(responses, "d").getPublished().getLastSeq()).isEqualTo(2);
    assertThat(runs.get("piped").getHeadSeq()).isEqualTo(2);
    assertThat(responses.stream().map(PublishStreamResponse::getRequestId))
        .containsExactly("a", "b", "c", "d");
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

  private static PublishStreamResponse answer(
      List<PublishStreamResponse> responses, String requestId) {
    return responses.stream()
        .filter(response -> response.getRequestId().equals(requestId))
        .reduce(
            (one, two) -> {
              throw new AssertionError(requestId + " was answered twice");
            })
        .orElseThrow(() -> new AssertionError(requestId + " was not answered"));
  }
}
