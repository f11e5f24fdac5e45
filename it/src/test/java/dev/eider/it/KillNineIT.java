package dev.eider.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * kill -9 while four producers publish to three runs and readers follow, again and again: nothing
 * acknowledged is lost, nothing seen is taken back, nothing is stored twice, and each run goes on.
 */
@Timeout(400)
class KillNineIT {
  private static final int KILLS = Integer.getInteger("eider.it.kills", 50);
  private static final int REQUESTS_PER_LIFE_MAX = 300;
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final List<String> RUNS = List.of("one", "two", "three");

  @RegisterExtension
  static final DaemonExtension EXTENSION = new DaemonExtension().jvm("-XX:TieredStopAtLevel=1");

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);
  private final Random random = Seed.random(KillNineIT.class);
  private final Gate gate = new Gate();
  private final AtomicInteger requestsAcked = new AtomicInteger();
  private final List<RetryingPublisher> publishers =
      List.of(
          publisher("one", "a"),
          publisher("one", "b"),
          publisher("two", "c"),
          publisher("three", "d"));
  private final Map<String, StreamChecker> followed = new HashMap<>();
  private final Map<String, RunReader> followers = new HashMap<>();

  private RetryingPublisher publisher(String runId, String producerId) {
    return new RetryingPublisher(daemon, gate, runId, producerId, requestsAcked);
  }

  @Test
  void shouldLoseAndDoubleNothing() {
    RUNS.forEach(run -> followed.put(run, StreamChecker.after(run, 0)));
    ExecutorService threads = Executors.newFixedThreadPool(publishers.size());
    try {
      List<Future<Void>> working = publishers.stream().map(threads::submit).toList();
      for (int kill = 0; kill < KILLS; kill++) {
        liveAndDie(working);
        daemon.restart();
        RUNS.forEach(this::shouldHoldWhatWasAckedAndSeen);
      }
      liveToTheEnd(working);
    } finally {
      threads.shutdownNow();
    }
    report();
  }

  /** Publishes and follows for a while, and ends in the middle of it. */
  private void liveAndDie(List<Future<Void>> working) {
    RUNS.forEach(
        run -> followers.put(run, RunReader.resume(daemon.channel(), run, followed.get(run))));
    int acked = requestsAcked.get();
    gate.open();
    int enough = acked + 1 + random.nextInt(REQUESTS_PER_LIFE_MAX);
    Awaitility.await("acknowledged requests")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> requestsAcked.get() >= enough || working.stream().anyMatch(Future::isDone));
    gate.close();
    daemon.kill9();
    followers.values().forEach(follower -> follower.awaitEnd(SOON));
    working.stream().filter(Future::isDone).forEach(this::join);
  }

  private void shouldHoldWhatWasAckedAndSeen(String run) {
    ProducedNumbers numbers = new ProducedNumbers();
    StreamChecker afterCrash = StreamChecker.after(run, 0);
    try (RunReader reader =
        RunReader.open(daemon.channel(), RunReader.request(run, 0), afterCrash, numbers::accept)) {
      long head = runs.heads().getOrDefault(run, 0L);
      reader.awaitSeq(head, SOON);
    }
    afterCrash.shouldContain(followed.get(run));
    shouldHoldAcks(run, numbers);
  }

  private void shouldHoldAcks(String run, ProducedNumbers numbers) {
    publishers.stream()
        .filter(publisher -> publisher.runId().equals(run))
        .forEach(publisher -> numbers.shouldHold(publisher, publisher.acks()));
  }

  private void liveToTheEnd(List<Future<Void>> working) {
    RUNS.forEach(
        run -> followers.put(run, RunReader.resume(daemon.channel(), run, followed.get(run))));
    publishers.forEach(RetryingPublisher::stop);
    gate.open();
    working.forEach(this::join);
    for (String run : RUNS) {
      runs.close(run);
      followers.get(run).awaitRunClosed(SOON);
      ColdRead cold = ColdRead.of(daemon.channel(), run);
      cold.checker().shouldEqual(followed.get(run));
      ProducedNumbers numbers = new ProducedNumbers();
      cold.events().forEach(numbers::accept);
      shouldHoldAcks(run, numbers);
    }
  }

  private void join(Future<Void> publisher) {
    try {
      publisher.get(SOON.toSeconds(), SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("a publisher failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private void report() {
    long retries = publishers.stream().mapToLong(RetryingPublisher::retries).sum();
    List<Integer> events = new ArrayList<>();
    followed.values().forEach(checker -> events.add(checker.eventCount()));
    System.out.printf(
        "KillNineIT: %d kills, %d requests acknowledged, %d sent again, events per run %s%n",
        KILLS, requestsAcked.get(), retries, events);
    assertThat(retries).as("some request was under way at a kill").isPositive();
  }
}
