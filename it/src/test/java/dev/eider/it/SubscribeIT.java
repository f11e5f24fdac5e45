package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.v1.EventFilter;
import dev.eider.v1.Run;
import dev.eider.v1.SubscribeRequest;
import dev.eider.v1.SubscribeResponse;
import dev.eider.v1.SubscribeResponse.ResponseCase;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a subscription sends besides all events of a run in order. */
@Timeout(60)
class SubscribeIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @RegisterExtension static final DaemonExtension EXTENSION = DaemonExtension.shared();

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldSayThatItHasCaughtUpOnceAndThatTheRunIsClosed() {
    // given a reader with a history to catch up with
    runs.publish("notices", Events.metrics(10, 0));
    RunReader reader = RunReader.fromStart(daemon.channel(), "notices");
    reader.awaitSeq(10, SOON);
    await(reader, ResponseCase.CAUGHT_UP);

    // when the run goes on and ends
    runs.publish("notices", Events.metrics(5, 10));
    Run closed = runs.close("notices");

    // then the stream ends with what the run ended with
    reader.awaitRunClosed(SOON).shouldHaveAllUpTo(15);
    assertThat(kinds(reader, ResponseCase.CAUGHT_UP)).isEqualTo(1);
    SubscribeResponse.RunClosed last = lastNotice(reader).getRunClosed();
    assertThat(last.getFinalSeq()).isEqualTo(15);
    assertThat(last.getOutcome()).isEqualTo(closed.getOutcome());
    assertThat(last.getDigest()).isEqualTo(closed.getDigest());
  }

  @Test
  void shouldSendNothingButEventsWithoutNotices() {
    runs.publish("quiet", Events.metrics(3, 0));
    runs.close("quiet");

    SubscribeRequest request = SubscribeRequest.newBuilder().setRunId("quiet").build();
    try (RunReader reader =
        RunReader.open(daemon.channel(), request, StreamChecker.after("quiet", 0))) {
      assertThat(reader.awaitEnd(SOON).getCode()).isEqualTo(Status.Code.OK);
      reader.checker().shouldHaveAllUpTo(3);
      assertThat(reader.notices()).isEmpty();
    }
  }

  @Test
  void shouldSendHeartbeatsWhileNothingHappens() {
    runs.publish("idle", Events.metrics(2, 0));

    try (RunReader reader = RunReader.fromStart(daemon.channel(), "idle")) {
      Awaitility.await("three heartbeats")
          .atMost(SOON)
          .until(() -> kinds(reader, ResponseCase.HEARTBEAT) >= 3);
      assertThat(lastNotice(reader).getHeartbeat().getHeadSeq()).isEqualTo(2);
    }
  }

  @Test
  void shouldWaitForARunThatIsNotThereYet() {
    // given a reader of a run that nobody has opened
    try (RunReader reader = RunReader.fromStart(daemon.channel(), "later")) {
      await(reader, ResponseCase.HEARTBEAT);

      // when it is opened, then the reader gets all of it
      runs.publish("later", Events.metrics(4, 0));
      runs.close("later");
      reader.awaitRunClosed(SOON).shouldHaveAllUpTo(4);
    }
  }

  @Test
  void shouldRefuseAMissingRunWhenNotToldToWait() {
    SubscribeRequest request = SubscribeRequest.newBuilder().setRunId("nowhere").build();

    try (RunReader reader =
        RunReader.open(daemon.channel(), request, StreamChecker.after("nowhere", 0))) {
      reader.awaitRefusal(SOON).shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");
    }
  }

  @Test
  void shouldSendWhatPassesTheFilterLiveAndCold() {
    // given a run of 400 events of two agents in twenty turns, half of it before the reader comes
    EventFilter filter =
        EventFilter.newBuilder()
            .addKinds("metric")
            .addAgentIds("ada")
            .setTMin(5)
            .setTMax(14)
            .build();
    publishMixed("filtered", 0, 200);
    List<Long> liveSeqs = new ArrayList<>();
    RunReader live = openFiltered("filtered", filter, liveSeqs);

    // when the rest is published and the run is closed
    publishMixed("filtered", 200, 400);
    runs.close("filtered");
    assertThat(live.awaitEnd(SOON).getCode()).isEqualTo(Status.Code.OK);

    // then exactly the matching events came, now and from DuckDB
    List<Long> expected = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      int t = i % 20;
      if (isMetric(i) && isAda(i) && t >= 5 && t <= 14) {
        expected.add(i + 1L);
      }
    }
    assertThat(liveSeqs).isEqualTo(expected).isNotEmpty();
    runs.awaitReaped(SOON);
    List<Long> coldSeqs = new ArrayList<>();
    RunReader cold = openFiltered("filtered", filter, coldSeqs);
    assertThat(cold.awaitEnd(SOON).getCode()).isEqualTo(Status.Code.OK);
    assertThat(coldSeqs).isEqualTo(expected);
    cold.checker().shouldEqual(live.checker());
  }

  @Test
  void shouldTellHowFarAFilterWithoutMatchesHasCome() {
    runs.publish("sparse", Events.metrics(5000, 0));
    EventFilter filter = EventFilter.newBuilder().addKinds("fork").build();

    try (RunReader reader = openFiltered("sparse", filter, new ArrayList<>())) {
      Predicate<SubscribeResponse> atHead =
          notice -> notice.hasProgress() && notice.getProgress().getScannedSeq() == 5000;
      Awaitility.await("progress up to the head")
          .atMost(SOON)
          .until(() -> reader.notices().stream().anyMatch(atHead));
      await(reader, ResponseCase.CAUGHT_UP);
      assertThat(reader.checker().eventCount()).isZero();
    }
  }

  @Test
  void shouldRefuseToBeginBeyondTheEndOfAClosedRun() {
    runs.publish("short", Events.metrics(3, 0));
    runs.close("short");

    try (RunReader beyond = openAfter("short", 4)) {
      Refusal refusal = beyond.awaitRefusal(SOON);
      refusal.shouldBe(Status.Code.OUT_OF_RANGE, "SEQ_BEYOND_HEAD");
      assertThat(refusal.metadata()).containsEntry("head_seq", "3");
    }
    try (RunReader atHead = openAfter("short", 3)) {
      atHead.awaitRunClosed(SOON).shouldHaveAllUpTo(3);
    }
  }

  @Test
  void shouldWaitWhenToldToBeginBeyondTheHeadOfAnOpenRun() {
    runs.publish("ahead", Events.metrics(3, 0));

    try (RunReader reader = openAfter("ahead", 5)) {
      await(reader, ResponseCase.HEARTBEAT);
      runs.publish("ahead", Events.metrics(4, 3));
      runs.close("ahead");
      reader.awaitRunClosed(SOON).shouldHaveAllUpTo(7);
    }
  }

  @Test
  void shouldKeepToTheBatchSizeAskedFor() {
    runs.publish("batches", Events.metrics(100, 0));
    runs.close("batches");

    SubscribeRequest request = RunReader.request("batches", 0).toBuilder().setMaxBatch(7).build();
    try (RunReader reader =
        RunReader.open(daemon.channel(), request, StreamChecker.after("batches", 0))) {
      reader.awaitRunClosed(SOON).shouldHaveAllUpTo(100);
      assertThat(reader.largestBatch()).isBetween(1, 7);
    }
  }

  @Test
  void shouldGoOnAfterTheLastSeqReceived() {
    // given a reader that leaves in the middle
    runs.publish("resumed", Events.metrics(50, 0));
    StreamChecker checker = StreamChecker.after("resumed", 0);
    RunReader first = RunReader.open(daemon.channel(), RunReader.request("resumed", 0), checker);
    first.awaitSeq(50, SOON);
    first.close();
    runs.publish("resumed", Events.metrics(50, 50));
    runs.close("resumed");

    // when it comes back, then it gets the rest, and the whole has the run's digest
    try (RunReader second = RunReader.resume(daemon.channel(), "resumed", checker)) {
      second.awaitRunClosed(SOON).shouldHaveAllUpTo(100);
    }
  }

  private RunReader openAfter(String runId, long afterSeq) {
    return RunReader.open(
        daemon.channel(), RunReader.request(runId, afterSeq), StreamChecker.after(runId, afterSeq));
  }

  private RunReader openFiltered(String runId, EventFilter filter, List<Long> seqs) {
    return RunReader.open(
        daemon.channel(),
        RunReader.request(runId, 0).toBuilder().setFilter(filter).build(),
        StreamChecker.filtered(runId, 0),
        envelope -> seqs.add(envelope.seq()));
  }

  private void publishMixed(String runId, int from, int until) {
    for (int i = from; i < until; i++) {
      String agent = isAda(i) ? "ada" : "bob";
      int t = i % 20;
      runs.publish(
          runId, isMetric(i) ? Events.metric(agent, t, "n", i) : Events.turnStart(agent, t));
    }
  }

  private static boolean isAda(int i) {
    return i % 3 != 0;
  }

  private static boolean isMetric(int i) {
    return i % 7 != 0;
  }

  private static void await(RunReader reader, ResponseCase kind) {
    Awaitility.await(kind.name()).atMost(SOON).until(() -> kinds(reader, kind) > 0);
  }

  private static long kinds(RunReader reader, ResponseCase kind) {
    return reader.notices().stream().filter(n -> n.getResponseCase() == kind).count();
  }

  private static SubscribeResponse lastNotice(RunReader reader) {
    return reader.notices().get(reader.notices().size() - 1);
  }
}
