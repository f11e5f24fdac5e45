package dev.eider.it.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.CallResult;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.DuckDbFile;
import dev.eider.it.Events;
import dev.eider.it.HealthWatch;
import dev.eider.it.RawEnvelope;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.connection.FaultyNetwork.Way;
import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.CloseRunResponse;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.RunState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** SIGTERM while much is under way: all of it is answered or refused, none is left in doubt. */
@Timeout(240)
class DrainIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int STOPPED_BY_SIGTERM = 143;
  private static final long STOP_SECONDS = 8;
  private static final int CLOSED_RUNS = 20;

  @RegisterExtension static final DaemonExtension EXTENSION = new DaemonExtension();

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldLeaveNoOutcomeOpen() {
    ManagedChannel channel = Clients.channel(daemon.target());
    ManagedChannel other = Clients.channel(daemon.target());
    // given publishers that never repeat anything, a watcher of the health, and a reader
    List<OnceOnlyPublisher> publishers = new ArrayList<>();
    IntStream.range(0, 4)
        .forEach(i -> publishers.add(OnceOnlyPublisher.unary(channel, "drained", i + 1)));
    publishers.add(OnceOnlyPublisher.streaming(channel, "drained", 5));
    HealthWatch health = new HealthWatch(other);
    RunReader reader = RunReader.fromStart(other, "drained");
    publishers.forEach(publisher -> publisher.awaitAcks(10, SOON));
    reader.awaitSeq(50, SOON);

    // and runs that are being closed
    List<CallResult<CloseRunResponse>> closing = new ArrayList<>();
    for (int i = 0; i < CLOSED_RUNS; i++) {
      runs.publish("closing-" + i, Events.metrics(10, 1));
    }
    for (int i = 0; i < CLOSED_RUNS; i++) {
      closing.add(beginClose(other, "closing-" + i));
    }

    // when
    int exitCode = daemon.terminate(STOP_SECONDS);

    // then it says that it stops, and why
    assertThat(exitCode).isEqualTo(STOPPED_BY_SIGTERM);
    assertThat(health.seenUntilEnd(SOON))
        .containsExactly(ServingStatus.SERVING, ServingStatus.NOT_SERVING);
    reader.awaitRefusal(SOON).shouldBe(Status.Code.UNAVAILABLE, "SHUTTING_DOWN");
    closing.forEach(call -> call.awaitEnd(SOON));
    publishers.forEach(
        p -> assertThat(p.awaitEnd(SOON).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    publishers.get(4).awaitRefusal(SOON).shouldBe(Status.Code.UNAVAILABLE, "SHUTTING_DOWN");
    shouldBeRefused(channel);

    // and what was answered is in the file, and goes on after a restart, and nothing else
    Map<Long, Long> answered = new TreeMap<>();
    publishers.forEach(publisher -> answered.putAll(publisher.acks()));
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      assertThat(file.number("SELECT count(*) FROM events WHERE run_id = 'drained'"))
          .isEqualTo(answered.size());
    }
    daemon.restart();
    shouldGoOnAfter(answered, reader);
    for (int i = 0; i < CLOSED_RUNS; i++) {
      boolean isClosed = runs.get("closing-" + i).getState() == RunState.RUN_STATE_CLOSED;
      assertThat(isClosed || !closing.get(i).isOk()).as("closing-%d is closed", i).isTrue();
    }
    System.out.printf(
        "DrainIT: %d publishes answered, %d of %d closes answered OK%n",
        answered.size(), closing.stream().filter(CallResult::isOk).count(), CLOSED_RUNS);
    channel.shutdownNow();
    other.shutdownNow();
  }

  private static CallResult<CloseRunResponse> beginClose(ManagedChannel channel, String runId) {
    CallResult<CloseRunResponse> result = new CallResult<>();
    RunServiceGrpc.newStub(channel)
        .closeRun(
            CloseRunRequest.newBuilder()
                .setRunId(runId)
                .setOutcome(RunOutcome.RUN_OUTCOME_COMPLETED)
                .build(),
            result);
    return result;
  }

  private static void shouldBeRefused(ManagedChannel channel) {
    CallResult<CloseRunResponse> call = beginClose(channel, "drained");
    assertThat(call.awaitEnd(SOON).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  private void shouldGoOnAfter(Map<Long, Long> answered, RunReader before) {
    int next = answered.size() + 1;
    RunReader resumed = RunReader.resume(daemon.channel(), "drained", before.checker());
    assertThat(runs.publish("drained", Events.metric("", 0, "number", 0)).getFirstSeq())
        .isEqualTo(next);
    answered.put(0L, (long) next);
    runs.close("drained");
    resumed.awaitRunClosed(SOON).shouldHaveAllUpTo(next);
    ColdRead cold = ColdRead.of(daemon.channel(), "drained");
    cold.checker().shouldEqual(resumed.checker());
    Map<Long, Long> stored = new TreeMap<>();
    for (RawEnvelope envelope : cold.events()) {
      stored.put((long) envelope.parsedEvent().getMetric().getValue(), envelope.seq());
    }
    assertThat(stored).as("number and seq of what is stored").isEqualTo(answered);
  }

  @Test
  void shouldStopInTimeWhateverPeersDo() {
    try (FaultyNetwork gone = new FaultyNetwork(daemon.target());
        FaultyNetwork stalled = new FaultyNetwork(daemon.target())) {
      // given readers that are gone, that take nothing, and whose network takes nothing
      runs.publish("unread", Events.metrics(1, 1));
      List<ManagedChannel> channels =
          List.of(
              Clients.channel(gone.address()),
              Clients.channel(stalled.address()),
              Clients.channel(daemon.target()));
      RunReader.fromStart(channels.get(0), "unread").awaitSeq(1, SOON);
      RunReader.fromStart(channels.get(1), "unread").awaitSeq(1, SOON);
      RunReader.stalled(channels.get(2), "unread");
      Awaitility.await().atMost(SOON).until(() -> daemon.counters().getSubscriptions() == 3);
      gone.swallow(Way.TO_DAEMON, Way.TO_CLIENT);
      stalled.stall(Way.TO_CLIENT);
      stalled.stall(Way.TO_DAEMON);
      for (int i = 0; i < 100; i++) {
        runs.publish("unread", Events.prompt(0, "x".repeat(100_000)));
      }

      // when, then
      assertThat(daemon.terminate(STOP_SECONDS)).isEqualTo(STOPPED_BY_SIGTERM);
      daemon.restart();
      assertThat(runs.get("unread").getPersistedSeq()).isEqualTo(101);
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }
}
