package dev.eider.it.deletion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.client.EiderClient;
import dev.eider.client.QueryResult;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.Refusal;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.StreamChecker;
import dev.eider.it.WatchCall;
import dev.eider.v1.DeleteRunResponse;
import dev.eider.v1.Event;
import dev.eider.v1.Run;
import dev.eider.v1.WatchRunsResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What clients see of a deletion. */
@Timeout(120)
class DeleteRunIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension().set("grace-ms", 200).set("persist-linger-ms", 50);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldLeaveNoTrace() {
    for (String runId : List.of("fresh", "reaped")) {
      // given
      runs.publish(runId, Events.metrics(100, 0));
      runs.close(runId);
      if (runId.equals("reaped")) {
        runs.awaitReaped(SOON);
        assertThat(ColdRead.of(daemon.channel(), runId).checker().eventCount()).isEqualTo(100);
      }

      // when
      DeleteRunResponse answer = runs.delete(runId, false);

      // then
      assertThat(answer.getRun().getHeadSeq()).isEqualTo(100);
      assertThat(answer.getKeptForForks()).isFalse();
      shouldBeGone(runId);
      runs.awaitReaped(SOON);
      shouldBeGone(runId);
    }
  }

  private void shouldBeGone(String runId) {
    List<ThrowingCallable> calls =
        List.of(
            () -> runs.get(runId),
            () -> runs.close(runId),
            () -> runs.delete(runId, false),
            () -> runs.publish(runId, Events.metrics(1, 0)),
            () -> runs.snapshot(runId, 0),
            () -> runs.fork(runId, 0, "child-of-" + runId),
            () -> ColdRead.of(daemon.channel(), runId));
    for (ThrowingCallable call : calls) {
      Refusal.of(call).shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");
    }
    Refusal opening = Refusal.of(() -> runs.open(runId, Map.of()));
    opening.shouldBe(Status.Code.ALREADY_EXISTS, "RUN_ALREADY_EXISTS");
    assertThat(opening.metadata()).containsEntry("deleted", "true");
    try (RunReader reader = RunReader.fromStart(daemon.channel(), runId)) {
      reader.awaitRefusal(SOON).shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");
      assertThat(reader.lastSeq()).isZero();
    }
    assertThat(runs.heads()).doesNotContainKey(runId);
    for (String table : List.of("runs", "events", "timeline", "metrics", "leaderboard")) {
      assertThat(number("SELECT count(*) FROM " + table + " WHERE run_id = '" + runId + "'"))
          .as(table)
          .isZero();
    }
  }

  @Test
  void shouldEndItsReaders() {
    // given one at the head, and one that has fallen behind
    runs.publish("read", Events.metrics(5_000, 0));
    try (RunReader atHead = RunReader.fromStart(daemon.channel(), "read");
        RunReader behind = RunReader.stalled(daemon.channel(), "read")) {
      atHead.awaitSeq(5_000, SOON);

      // when
      Refusal.of(() -> runs.delete("read", false))
          .shouldBe(Status.Code.FAILED_PRECONDITION, "RUN_OPEN");
      runs.delete("read", true);

      // then
      Refusal end = atHead.awaitRefusal(SOON);
      end.shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");
      behind.readOn();
      behind.awaitRefusal(SOON).shouldBe(Status.Code.NOT_FOUND, "RUN_NOT_FOUND");
    }
  }

  @Test
  void shouldKeepWhatForksInherit() {
    // given a lineage of three, the middle one with another fork
    runs.publish("root", story());
    runs.close("root");
    runs.fork("root", 2, "middle");
    runs.publish("middle", story());
    runs.close("middle");
    runs.fork("middle", 1, "leaf");
    runs.close("leaf");
    StreamChecker before = timeline("leaf");
    long sqlBefore = sqlTimeline("leaf");

    // when, then
    Refusal refusal = Refusal.of(() -> runs.delete("root", false));
    refusal.shouldBe(Status.Code.FAILED_PRECONDITION, "RUN_HAS_FORKS");
    assertThat(refusal.metadata()).containsEntry("fork_run_id", "middle");
    assertThat(runs.delete("middle", true).getKeptForForks()).isTrue();
    shouldBeGone("middle");
    Refusal.of(() -> runs.delete("root", false))
        .shouldBe(Status.Code.FAILED_PRECONDITION, "RUN_HAS_FORKS");
    assertThat(runs.delete("root", true).getKeptForForks()).isTrue();
    shouldBeGone("root");

    // then
    timeline("leaf").shouldEqual(before);
    assertThat(ColdRead.timeline(daemon.channel(), "leaf").checker().eventCount())
        .isEqualTo(before.eventCount());
    assertThat(sqlTimeline("leaf")).isEqualTo(sqlBefore);
    runs.awaitReaped(SOON);
    timeline("leaf").shouldEqual(before);

    // when
    runs.delete("leaf", false);

    // then
    shouldBeGone("leaf");
    shouldBeGone("middle");
    shouldBeGone("root");
  }

  private StreamChecker timeline(String runId) {
    try (RunReader reader = RunReader.timeline(daemon.channel(), runId)) {
      return reader.awaitRunClosed(SOON);
    }
  }

  private long sqlTimeline(String runId) {
    return number("SELECT count(*) * 1000 + sum(seq) FROM timeline WHERE run_id = '" + runId + "'");
  }

  private long number(String sql) {
    try (EiderClient client = EiderClient.connect(daemon.target());
        QueryResult result = client.query(sql)) {
      return (long) result.next().getValues(0).getNumberValue();
    }
  }

  @Test
  void shouldTellWatchers() {
    runs.publish("watched", Events.metrics(3, 0));
    try (WatchCall watch = WatchCall.reading(daemon.channel())) {
      watch.await(WatchRunsResponse::hasListed, SOON);
      runs.delete("watched", true);
      Run deleted = watch.await(WatchRunsResponse::hasDeleted, SOON).getDeleted();
      assertThat(deleted.getRunId()).isEqualTo("watched");
      assertThat(deleted.getHeadSeq()).isEqualTo(3);
    }
  }

  @Test
  void shouldGiveRoomBackInMemory() {
    for (int i = 0; i < 50; i++) {
      runs.publish("many-" + i, Events.metrics(20, 0));
      runs.delete("many-" + i, true);
    }
    runs.awaitReaped(SOON);
    await().atMost(SOON).until(() -> daemon.counters().getSubscriptions() == 0);
  }

  private static List<Event> story() {
    return List.of(
        Events.metric("ada", 0, "score", 1),
        Events.turnStart("ada", 1, Events.gold(10)),
        Events.metric("ada", 1, "score", 2),
        Events.turnStart("ada", 2, Events.gold(20)),
        Events.metric("ada", 2, "score", 3));
  }
}
