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
    try (RunReader atHead = openAfter("notices", 15)) {
      atHead.awaitRunClosed(SOON).shouldHaveAllUpTo(15);
    }
  }

  @Test
  void shouldSendNothingButEventsWithoutNotices() {
    runs.publish("quiet", Events.metrics(3, 0));
    runs.close("quiet");

    SubscribeRequest request = SubscribeRequest.newBuilder().setRunId("quiet").build();
    try (RunReader reader = RunReader.open(daemon.channel(), request)) {
      assertThat(reader.awaitEnd(SOON).getCode()).isEqualTo(Status.Code.OK);
      reader.checker().shouldHaveAllUpTo(3);
      assertThat(reader.notices()).isEmpty();
    }
  }

  @Test
  void shouldBeatWhileItWaitsForARunAndForItsEvents() {
    // given a reader of a run that nobody has opened
    try (RunReader reader = RunReader.fromStart(daemon.channel(), "later")) {
      await(reader, ResponseCase.HEARTBEAT);

      // when it is opened, then the reader gets all of it
      runs.publish("later", Events.metrics(4, 0));
      Awaitility.await("a heartbeat with the head")
          .atMost(SOON)
          .until(() -> lastNotice(reader).getHeartbeat().getHeadSeq() == 4);
      runs.close("later");
      reader.awaitRunClosed(SOON).shouldHaveAllUpTo(4);
    }
  }

  @Test
  void shouldSendWhatPassesTheFilterLiveAndCold() {
    // given a run of 400 events of two agents in twenty turns, half of it before the reader comes
    EventFilter filter =
        EventFilter.newBuilder()
            .addAllKinds(List.of("fork", "metric"))
            .addAllAgentIds(List.of("", "ada"))
            .setTMin(5)
            .setTMax(14)
            .build();
    publishMixed("filtered", 0, 200);
    RunReader live = openFiltered("filtered", filter);

    // when the rest is published and the run is closed
    publishMixed("filtered", 200, 400);
    assertThat(runs.close("filtered").getLastT())
        .as("the largest, though others came later")
        .isEqualTo(19);
    assertThat(live.awaitEnd(SOON).getCode()).isEqualTo(Status.Code.OK);

    // then exactly the matching events came, now and from DuckDB
    List<Long> expected = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      int t = turn(i);
      if (isMetric(i) && isAda(i) && t >= 5 && t <= 14) {
        expected.add(i + 1L);
      }
    }
    assertThat(live.checker().seqs()).isEqualTo(expected).isNotEmpty();
    runs.awaitReaped(SOON);
    RunReader cold = openFiltered("filtered", filter);
    assertThat(cold.awaitEnd(SOON).getCode()).isEqualTo(Status.Code.OK);
    cold.checker().shouldEqual(live.checker());
  }

  @Test
  void shouldTellHowFarAFilterWithoutMatchesHasCome() {
    runs.publish("sparse", Events.metrics(5000, 0));
    EventFilter filter = EventFilter.newBuilder().addKinds("fork").build();

    try (RunReader reader = openFiltered("sparse", filter)) {
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
    try (RunReader reader = RunReader.open(daemon.channel(), request)) {
      reader.awaitRunClosed(SOON).shouldHaveAllUpTo(100);
      assertThat(reader.largestBatch()).isBetween(1, 7);
    }
  }

  private RunReader openAfter(String runId, long afterSeq) {
    return RunReader.open(daemon.channel(), RunReader.request(runId, afterSeq));
  }

  private RunReader openFiltered(String runId, EventFilter filter) {
    return RunReader.open(
        daemon.channel(), RunReader.request(runId, 0).toBuilder().setFilter(filter).build());
  }

  private void publishMixed(String runId, int from, int until) {
    for (int i = from; i < until; i++) {
      String agent = isAda(i) ? "ada" : "bob";
      int t = turn(i);
      runs.publish(
          runId, isMetric(i) ? Events.metric(agent, t, "n", i) : Events.turnStart(agent, t));
    }
  }

  /** Goes up and down, and does not end with the largest. */
  private static int turn(int i) {
    return i * 3 % 20;
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
