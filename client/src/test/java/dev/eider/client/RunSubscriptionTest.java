package dev.eider.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.EventFilter;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.SubscribeRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class RunSubscriptionTest {
  @RegisterExtension private final ScriptedServer server = new ScriptedServer();
  private final EiderClient client = server.client;

  @Test
  void shouldReadARunToItsEnd() {
    // given
    store("run", 0, 25);
    server.log.close("run", RunOutcome.RUN_OUTCOME_FAILED);
    // when
    try (RunSubscription events = client.subscribe("run", 5)) {
      assertThat(events.runClosed()).isEmpty();
      List<Long> seqs = drain(events);
      // then
      assertThat(seqs).containsExactlyElementsOf(range(6, 25));
      assertThat(events.runClosed().orElseThrow().getOutcome())
          .isEqualTo(RunOutcome.RUN_OUTCOME_FAILED);
      assertThat(events.hasNext()).isFalse();
      assertThatThrownBy(events::next).isInstanceOf(java.util.NoSuchElementException.class);
    }
  }

  @Test
  void shouldFollowWhatIsPublishedLater() {
    store("run", 0, 1);
    try (RunSubscription events = client.subscribe("run", 0)) {
      assertThat(events.next().getSeq()).isEqualTo(1);
      assertThat(events.poll(Duration.ofMillis(20))).isNull();
      assertThat(events.poll(Duration.ZERO)).isNull();
      store("run", 1, 1);
      assertThat(events.poll(Duration.ofSeconds(10)).getSeq()).isEqualTo(2);
    }
  }

  @Test
  void shouldResumeAFilteredReadAfterWhatWasScanned() {
    // given a filter that nothing matches before the daemon is restarted
    store("run", 0, 95);
    SubscribeRequest late =
        SubscribeRequest.newBuilder()
            .setRunId("run")
            .setFilter(EventFilter.newBuilder().setTMin(100))
            .build();
    try (RunSubscription events = client.subscribe(late)) {
      assertThat(events.poll(Duration.ofSeconds(2))).isNull();
      server.restart();
      // when
      store("run", 95, 10);
      server.log.close("run", RunOutcome.RUN_OUTCOME_COMPLETED);
      List<Long> seqs = drain(events);
      // then
      assertThat(seqs).containsExactlyElementsOf(range(101, 105));
      assertThat(server.broker.subscribes).last().matches(again -> again.getAfterSeq() == 95);
    }
  }

  @Test
  void shouldFailWhenASeqIsMissing() {
    store("run", 0, 5);
    server.broker.omittedSeq = 3;
    try (RunSubscription events = client.subscribe("run", 0)) {
      assertThat(events.next().getSeq()).isEqualTo(1);
      assertThat(events.next().getSeq()).isEqualTo(2);
      EiderException gap = Errors.thrownBy(events::next);
      assertThat(gap.code()).isEqualTo(Status.Code.DATA_LOSS);
      assertThatThrownBy(events::hasNext).isInstanceOf(EiderException.class);
    }
  }

  @Test
  void shouldFailWhenTheLastEventIsMissing() {
    store("run", 0, 5);
    server.log.close("run", RunOutcome.RUN_OUTCOME_COMPLETED);
    server.broker.omittedSeq = 5;
    try (RunSubscription events = client.subscribe("run", 0)) {
      assertThatThrownBy(() -> drain(events)).hasMessageContaining("closed at seq 5");
    }
  }

  @Test
  void shouldHoldAFewResponsesForASlowConsumer() {
    // given far more than the transport holds
    for (int i = 0; i < 600; i++) {
      publish("run", Events.large(i, 20_000));
    }
    try (RunSubscription events = client.subscribe("run", 0)) {
      // when it takes one event only
      assertThat(events.next().getSeq()).isEqualTo(1);
      // then the daemon stops sending, with most of 60 responses unsent
      Awaitility.await()
          .during(Duration.ofMillis(500))
          .atMost(Duration.ofSeconds(20))
          .until(server.broker.responsesSent::get, sent -> sent < 30);
      // and the rest comes when it is asked for
      server.log.close("run", RunOutcome.RUN_OUTCOME_COMPLETED);
      assertThat(drain(events)).containsExactlyElementsOf(range(2, 600));
    }
  }

  @Test
  void shouldWakeTheConsumerWhenClosed() throws Exception {
    store("run", 0, 1);
    RunSubscription events = client.subscribe("run", 1);
    List<Boolean> seen = new ArrayList<>();
    Thread consumer = new Thread(() -> seen.add(events.hasNext()));
    consumer.start();
    Awaitility.await().until(() -> !server.broker.subscribes.isEmpty());
    events.close();
    consumer.join(TimeUnit.SECONDS.toMillis(10));
    assertThat(seen).containsExactly(false);
  }

  @Test
  void shouldSayWhyItCannotRead() {
    try (RunSubscription events = client.subscribe("nowhere", 0)) {
      EiderException missing = Errors.thrownBy(events::hasNext);
      assertThat(missing.reason()).isEqualTo(ErrorReason.ERROR_REASON_RUN_NOT_FOUND);
      assertThat(missing.metadata()).containsEntry("run_id", "nowhere");
    }
  }

  @Test
  void shouldGiveUpWhenTheDaemonStaysAway() {
    server.die();
    try (EiderClient hasty =
            EiderClient.connect(server.config().withResumeTimeout(Duration.ofMillis(200)));
        RunSubscription events = hasty.subscribe("run", 0)) {
      EiderException failure = Errors.thrownBy(events::hasNext);
      assertThat(failure.isRetriable()).isTrue();
    }
  }

  @Test
  void shouldReadOnAfterTheStreamFellSilent() {
    store("run", 0, 1);
    try (EiderClient wary =
            EiderClient.connect(server.config().withIdleTimeout(Duration.ofMillis(100)));
        RunSubscription events = wary.subscribe("run", 0)) {
      assertThat(events.next().getSeq()).isEqualTo(1);
      assertThat(events.poll(Duration.ofMillis(600))).isNull();
      assertThat(server.broker.subscribes).hasSizeGreaterThan(1);
      store("run", 1, 1);
      assertThat(events.next().getSeq()).isEqualTo(2);
    }
  }

  private void store(String runId, int fromT, int count) {
    for (int t = fromT; t < fromT + count; t++) {
      publish(runId, Events.metric(t));
    }
  }

  private void publish(String runId, Event event) {
    server.log.publish(
        PublishRequest.newBuilder()
            .setRunId(runId)
            .setOpenIfMissing(true)
            .addEvents(event)
            .build());
  }

  private static List<Long> drain(RunSubscription events) {
    List<Long> seqs = new ArrayList<>();
    for (EventEnvelope envelope : (Iterable<EventEnvelope>) () -> events) {
      seqs.add(envelope.getSeq());
    }
    return seqs;
  }

  private static List<Long> range(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }
}
