package dev.eider.client;

import static dev.eider.v1.ErrorReason.ERROR_REASON_INVALID_EVENT;
import static dev.eider.v1.ErrorReason.ERROR_REASON_PRODUCER_GAP;
import static dev.eider.v1.ErrorReason.ERROR_REASON_RUN_NOT_FOUND;
import static dev.eider.v1.ErrorReason.ERROR_REASON_SHUTTING_DOWN;
import static dev.eider.v1.ErrorReason.ERROR_REASON_STORAGE_FULL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.v1.EventEnvelope;
import dev.eider.v1.PublishRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class RunPublisherTest {
  private static final PublisherConfig SMALL_BATCHES =
      PublisherConfig.defaults().withBatch(7, 1 << 20);

  @RegisterExtension private final ScriptedServer server = new ScriptedServer();
  private final EiderClient client = server.client;

  @Test
  void shouldKeepTheOrderWhilePipelining() {
    // given
    List<CompletableFuture<Long>> acks;
    // when
    try (RunPublisher publisher = client.publisher("run", SMALL_BATCHES)) {
      acks = publish(publisher, 1_000);
    }
    // then
    assertSeqs(acks);
    assertStored("run", 1_000);
    assertThat(server.log.seen()).hasSizeGreaterThanOrEqualTo(1_000 / 7);
    assertThat(server.broker.publishStreams).hasValue(1);
  }

  @Test
  void shouldRestAndSendAgainWhatIsRefusedForTheMoment() {
    // given
    server.log.refuse(
        request -> true,
        Errors.overloaded(30),
        Errors.overloaded(30),
        Errors.of(ERROR_REASON_STORAGE_FULL, Map.of()),
        Errors.of(ERROR_REASON_SHUTTING_DOWN, Map.of()));
    long start = System.nanoTime();
    // when
    List<CompletableFuture<Long>> acks;
    try (RunPublisher publisher = client.publisher("run", SMALL_BATCHES)) {
      acks = publish(publisher, 200);
    }
    // then
    assertSeqs(acks);
    assertStored("run", 200);
    assertSameBoundaries();
    assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(30));
  }

  @Test
  void shouldBreakOnARefusalThatNoRetryMends() {
    // given
    RunPublisher publisher = client.publisher("run", PublisherConfig.defaults().withLingerMs(0));
    assertThat(publisher.publish(Events.metric(0)).join()).isEqualTo(1);
    server.log.refuse(request -> true, Errors.invalidEvent("events[0].t"));
    // when
    CompletableFuture<Long> refused = publisher.publish(Events.metric(1));
    assertThatThrownBy(publisher::flush).hasMessageContaining("broken");
    CompletableFuture<Long> later = publisher.publish(Events.metric(2));
    // then
    EiderException failure = failureOf(refused);
    assertThat(failure.reason()).isEqualTo(ERROR_REASON_INVALID_EVENT);
    assertThat(failure.field()).contains("events[0].t");
    assertThat(failureOf(later)).hasMessageContaining("broken").hasMessageContaining("run");
    assertThat(failureOf(later).reason()).isEqualTo(ERROR_REASON_INVALID_EVENT);
    assertThatThrownBy(publisher::close).isInstanceOf(EiderException.class);
    assertStored("run", 1);
  }

  @Test
  void shouldBreakWithoutTheRunWhenItMayNotOpenIt() {
    RunPublisher publisher =
        client.publisher("nowhere", PublisherConfig.defaults().withOpenIfMissing(false));
    CompletableFuture<Long> ack = publisher.publish(Events.metric(0));
    assertThat(failureOf(ack).reason()).isEqualTo(ERROR_REASON_RUN_NOT_FOUND);
    assertThatThrownBy(publisher::close).isInstanceOf(EiderException.class);
  }

  @Test
  void shouldBreakOnAGapOfItsOwn() {
    // given a producer that the daemon knows from before, in the same epoch
    PublisherConfig named = PublisherConfig.defaults().withProducer("me", 0).withLingerMs(0);
    server.log.refuse(
        request -> true, Errors.of(ERROR_REASON_PRODUCER_GAP, Map.of("expected", "9")));
    // when
    RunPublisher publisher = client.publisher("run", named);
    // then
    assertThat(failureOf(publisher.publish(Events.metric(0))).metadata())
        .containsEntry("expected", "9");
  }

  @Test
  void shouldGiveUpAfterTheRetryTimeout() {
    server.die();
    PublisherConfig impatient =
        PublisherConfig.defaults().withTimeouts(Duration.ofMillis(300), Duration.ofSeconds(1));
    RunPublisher publisher = client.publisher("run", impatient);
    CompletableFuture<Long> ack = publisher.publish(Events.metric(0));
    assertThat(failureOf(ack).isRetriable()).isTrue();
  }

  @Test
  void shouldReconnectWhenAnAnswerIsOverdue() {
    // given
    server.broker.mute = true;
    try (EiderClient hasty =
        EiderClient.connect(server.config().withCallDeadline(Duration.ofMillis(300)))) {
      RunPublisher publisher = hasty.publisher("run");
      CompletableFuture<Long> ack = publisher.publish(Events.metric(0));
      // when
      Awaitility.await().until(() -> server.broker.publishStreams.get() > 1);
      server.broker.mute = false;
      // then
      assertThat(ack.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo(1);
    }
  }

  @Test
  void shouldBlockAtTheBoundUntilTheDeadline() {
    // given
    server.broker.mute = true;
    PublisherConfig tight =
        PublisherConfig.defaults()
            .withPending(3, 1 << 20)
            .withTimeouts(Duration.ofSeconds(30), Duration.ofMillis(100));
    RunPublisher publisher = client.publisher("run", tight);
    publish(publisher, 3);
    // when, then
    assertThatThrownBy(() -> publisher.publish(Events.metric(3)))
        .isInstanceOf(EiderException.class)
        .hasMessageContaining("3 events");
  }

  @Test
  void shouldFailWhatIsPendingWhenTheClientIsClosed() {
    server.broker.mute = true;
    RunPublisher publisher = client.publisher("run");
    CompletableFuture<Long> ack = publisher.publish(Events.metric(0));
    client.close();
    assertThat(failureOf(ack)).hasMessageContaining("client was closed");
    assertThatThrownBy(() -> client.publisher("run")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldRefuseEventsAfterClose() {
    RunPublisher publisher = client.publisher("run");
    publisher.close();
    publisher.close();
    assertThatThrownBy(() -> publisher.publish(Events.metric(0)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldSplitBatchesByBytes() {
    try (RunPublisher publisher =
        client.publisher("run", PublisherConfig.defaults().withBatch(500, 10_000))) {
      for (int i = 0; i < 20; i++) {
        publisher.publish(Events.large(i, 4_000));
      }
    }
    assertThat(server.log.seen())
        .allMatch(request -> request.getSerializedSize() < 10_300)
        .hasSizeGreaterThanOrEqualTo(10);
    assertThat(server.log.after("run", 0, 100)).hasSize(20);
  }

  @Test
  void shouldKeepEachThreadsOrderWhenManyPublish() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (RunPublisher publisher = client.publisher("run", SMALL_BATCHES)) {
      threads.invokeAll(Collections.nCopies(4, () -> publish(publisher, 500)));
    } finally {
      threads.shutdown();
    }

    List<EventEnvelope> stored = server.log.after("run", 0, 10_000);
    assertThat(stored).hasSize(2_000);
    int[] seen = new int[500];
    stored.forEach(envelope -> seen[envelope.getEvent().getT()]++);
    assertThat(seen).containsOnly(4);
  }

  private static List<CompletableFuture<Long>> publish(RunPublisher publisher, int count) {
    List<CompletableFuture<Long>> acks = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      acks.add(publisher.publish(Events.metric(t)));
    }
    return acks;
  }

  private static void assertSeqs(List<CompletableFuture<Long>> acks) {
    assertThat(acks.stream().map(CompletableFuture::join))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, acks.size()).boxed().toList());
  }

  /** The run holds the turns 0 to count - 1, in order, each once. */
  private void assertStored(String runId, int count) {
    assertThat(server.log.after(runId, 0, count + 1))
        .extracting(envelope -> envelope.getEvent().getT())
        .containsExactlyElementsOf(IntStream.range(0, count).boxed().toList());
  }

  /** Every request that was sent again is the same as before. */
  private void assertSameBoundaries() {
    Map<Long, List<PublishRequest>> bySeq =
        server.log.seen().stream()
            .collect(Collectors.groupingBy(request -> request.getProducer().getSeq()));
    assertThat(bySeq.values()).allMatch(same -> same.stream().distinct().count() == 1);
    assertThat(bySeq.values()).anyMatch(same -> same.size() > 1);
  }

  private static EiderException failureOf(CompletableFuture<Long> ack) {
    return (EiderException)
        catchThrowableOfType(ExecutionException.class, () -> ack.get(20, TimeUnit.SECONDS))
            .getCause();
  }
}
