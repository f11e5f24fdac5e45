package dev.eider.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.v1.ErrorReason;
import dev.eider.v1.Run;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.RunState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("counts the threads of all clients")
@Timeout(60)
class MultiRunSinkTest {
  @RegisterExtension private final ScriptedServer server = new ScriptedServer();
  private final EiderClient client = server.client;

  @Test
  void shouldPublishAndCloseManyRuns() {
    // given
    MultiRunSink sink = client.multiRunSink();
    List<CompletableFuture<Long>> acks = new ArrayList<>();
    // when
    for (int t = 0; t < 10; t++) {
      for (int run = 0; run < 200; run++) {
        acks.add(sink.accept("run-" + run, Events.metric(t)));
      }
    }
    assertThat(sink.runCount()).isEqualTo(200);
    sink.close();
    // then
    assertThat(acks).allMatch(CompletableFuture::isDone);
    assertThat(server.log.describeAll()).hasSize(200);
    assertThat(server.log.describeAll())
        .allMatch(run -> run.getOutcome() == RunOutcome.RUN_OUTCOME_COMPLETED)
        .allMatch(run -> run.getHeadSeq() == 10);
    assertThat(server.broker.publishStreams).as("streams that all share").hasValue(1);
    assertThat(sink.runCount()).isZero();
    assertThatThrownBy(() -> sink.accept("run-0", Events.metric(0)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldLeaveNoThreadBehind() {
    for (int i = 0; i < 3; i++) {
      try (EiderClient other = EiderClient.connect(server.config());
          MultiRunSink sink = other.multiRunSink()) {
        sink.accept("run-" + i, Events.metric(0));
        assertThat(clientThreads().count()).isGreaterThan(0);
      }
    }
    client.close();
    Awaitility.await()
        .atMost(10, TimeUnit.SECONDS)
        .untilAsserted(() -> assertThat(clientThreads()).isEmpty());
  }

  @Test
  void shouldCloseOneRunEarly() {
    MultiRunSink sink = client.multiRunSink();
    sink.accept("early", Events.metric(0));
    sink.accept("late", Events.metric(0));
    Run early = sink.closeRun("early", RunOutcome.RUN_OUTCOME_ABANDONED);
    assertThat(early.getOutcome()).isEqualTo(RunOutcome.RUN_OUTCOME_ABANDONED);
    assertThat(early.getHeadSeq()).isEqualTo(1);
    assertThat(sink.runCount()).isEqualTo(1);
    sink.close();
    assertThat(client.getRun("early").getOutcome()).isEqualTo(RunOutcome.RUN_OUTCOME_ABANDONED);
    assertThat(client.getRun("late").getState()).isEqualTo(RunState.RUN_STATE_CLOSED);
  }

  @Test
  void shouldNameTheRunsThatFailedAfterClosingTheOthers() {
    // given
    MultiRunSink sink = client.multiRunSink();
    server.log.refuse(
        request -> request.getRunId().equals("bad"), Errors.invalidEvent("events[0].t"));
    sink.accept("bad", Events.metric(0));
    sink.accept("good", Events.metric(0));
    // when, then
    assertThatThrownBy(sink::close)
        .isInstanceOf(EiderException.class)
        .hasMessageContaining("1 runs")
        .hasMessageContaining("bad");
    assertThat(client.getRun("good").getState()).isEqualTo(RunState.RUN_STATE_CLOSED);
  }

  @Test
  void shouldTryAgainToCloseARun() {
    server.runService.refusals.add(Errors.overloaded(10));
    server.runService.refusals.add(Errors.of(ErrorReason.ERROR_REASON_SHUTTING_DOWN, Map.of()));
    try (MultiRunSink sink = client.multiRunSink()) {
      sink.accept("run", Events.metric(0));
    }
    assertThat(client.getRun("run").getState()).isEqualTo(RunState.RUN_STATE_CLOSED);
  }

  @Test
  void shouldBoundWhatIsPendingOverAllRuns() {
    PublisherConfig tight =
        PublisherConfig.defaults()
            .withPending(5, 1 << 20)
            .withTimeouts(Duration.ofMillis(500), Duration.ofMillis(100));
    server.broker.mute = true;
    MultiRunSink sink = client.multiRunSink(tight);
    for (int i = 0; i < 5; i++) {
      sink.accept("run-" + i, Events.metric(0));
    }
    assertThatThrownBy(() -> sink.accept("run-5", Events.metric(0)))
        .isInstanceOf(EiderException.class)
        .hasMessageContaining("5 events");
  }

  private static java.util.stream.Stream<String> clientThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("eider-client"));
  }
}
