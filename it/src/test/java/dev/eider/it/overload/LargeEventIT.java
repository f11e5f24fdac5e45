package dev.eider.it.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.DuckDbFile;
import dev.eider.it.Events;
import dev.eider.it.MemoryWatch;
import dev.eider.it.Refusal;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.Scale;
import dev.eider.it.StreamChecker;
import dev.eider.it.VolumePublisher;
import dev.eider.it.Workers;
import dev.eider.v1.Event;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.Run;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The largest events there may be: one passes every way there is, one byte more is refused with the
 * number, and many at once, far more than the heap, are made to come one after the other.
 */
@Timeout(900)
class LargeEventIT {
  private static final int PRODUCERS = Scale.of("eider.it.overload.largeProducers", 8, 60);
  private static final int EVENTS_EACH = Scale.of("eider.it.overload.largeEvents", 1, 2);

  /** Four times what DuckDB has as memory, at length. */
  private static final int GAMES = Scale.of("eider.it.overload.games", 2, 20);

  private static final int WORLDS_EACH = Scale.of("eider.it.overload.worlds", 120, 500);
  private static final int WORLD_BYTES = 200_000;
  private static final int EVENTS_PER_WORLD = 5;

  private static final int REQUEST_BYTES_MAX = 16 << 20;
  private static final long HEAP_BYTES = 1L << 30;
  private static final Duration LONG = Duration.ofSeconds(600);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension().likeLauncher().jvm("-XX:+ExitOnOutOfMemoryError").set("grace-ms", 200);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldPassTheLargestEventEveryWay() {
    // given a request of exactly the limit, and one of a byte more
    PublishRequest largest = request("largest", REQUEST_BYTES_MAX);
    assertThat(largest.getSerializedSize()).isEqualTo(REQUEST_BYTES_MAX);

    // when
    Refusal refusal =
        Refusal.of(() -> daemon.broker().publish(request("largest", REQUEST_BYTES_MAX + 1)));
    RunReader live = RunReader.fromStart(daemon.channel(), "largest");
    daemon.broker().publish(largest);

    // then the one is refused with the limit as a number
    refusal.shouldBe(Status.Code.INVALID_ARGUMENT, "BATCH_TOO_LARGE");
    assertThat(refusal.metadata()).containsEntry("limit", String.valueOf(REQUEST_BYTES_MAX));

    // and the other is there, live, cold, and again from a file that nobody has open
    live.awaitSeq(1, LONG);
    Run closed = runs.close("largest");
    StreamChecker seen = live.awaitRunClosed(LONG);
    seen.shouldHaveDigest(closed.getDigest());
    ColdRead.of(daemon.channel(), "largest").checker().shouldEqual(seen);
    int textLength = largest.getEvents(0).getLlmPrompt().getStateSummary().length();
    daemon.terminate(60);
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      assertThat(
              file.number(
                  "SELECT length(payload_json->>'state_summary') FROM events"
                      + " WHERE run_id = 'largest'"))
          .isEqualTo(textLength);
    }
    daemon.restart();
  }

  @Test
  void shouldNotStallAConnectionByWhatGrpcItselfRefuses() {
    // given more than the connection's window of what is far too large
    PublishRequest tooLarge = request("too-large", REQUEST_BYTES_MAX + (2 << 20));
    for (int i = 0; i < 12; i++) {
      Refusal refusal = Refusal.of(() -> daemon.broker().publish(tooLarge));
      assertThat(refusal.code()).as("%s", refusal).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    // then what is small enough is taken on the same connection
    PublishRequest small = request("after-too-large", 1 << 20);
    assertThat(daemon.broker().publish(small).getLastSeq()).isEqualTo(1);
    runs.close("after-too-large");
  }

  @Test
  void shouldTakeManyOfTheLargestOneAfterTheOther() {
    // given as many producers, each with a connection, as together exceed the heap
    StormCounters before = StormCounters.atRest(daemon);
    AtomicInteger overloads = new AtomicInteger();
    List<VolumePublisher> publishers = new ArrayList<>();
    try (MemoryWatch memory = new MemoryWatch(daemon);
        Channels channels = new Channels(daemon, PRODUCERS);
        Workers workers = new Workers()) {
      for (int i = 0; i < PRODUCERS; i++) {
        VolumePublisher publisher = new VolumePublisher(channels.get(i), "large-" + i, overloads);
        publishers.add(publisher);
        Event event = request(publisher.runId(), REQUEST_BYTES_MAX - 64).getEvents(0);
        workers.start(
            () -> {
              for (int n = 0; n < EVENTS_EACH; n++) {
                publisher.publish(List.of(event));
              }
            });
      }

      // when they all publish at once, and a small run goes on meanwhile
      VolumePublisher small = new VolumePublisher(daemon.channel(), "small", overloads);
      for (int i = 0; i < 50; i++) {
        small.publish(Events.metrics(1, i));
      }
      workers.awaitAll(LONG);

      // then everything is stored, and the daemon lives
      System.out.printf(
          "LargeEventIT: %d producers x %d events of 16 MiB, told to wait %d times; %s%n",
          PRODUCERS, EVENTS_EACH, overloads.get(), memory);
      assertThat(daemon.isAlive()).isTrue();
      assertThat(memory.heapBytesMax()).isLessThanOrEqualTo(HEAP_BYTES);
    }
    publishers.forEach(publisher -> shouldHaveAll(publisher.runId(), EVENTS_EACH));
    runs.close("small", LONG);
    before.awaitBack();
  }

  private void shouldHaveAll(String runId, int events) {
    Run closed = runs.close(runId, LONG);
    assertThat(closed.getHeadSeq()).isEqualTo(events);
    StreamChecker cold = ColdRead.of(daemon.channel(), runId).checker();
    cold.shouldHaveAllUpTo(events);
    cold.shouldHaveDigest(closed.getDigest());
  }

  @Test
  void shouldTakeMoreWorldsThanDuckDbHasMemory() {
    // given a large event a turn, and small ones between
    StormCounters before = StormCounters.atRest(daemon);
    AtomicInteger overloads = new AtomicInteger();
    String world = "tile ".repeat(WORLD_BYTES / 5);

    // when
    for (int game = 0; game < GAMES; game++) {
      VolumePublisher publisher = new VolumePublisher(daemon.channel(), "game-" + game, overloads);
      for (int turn = 0; turn < WORLDS_EACH; turn++) {
        List<Event> events = new ArrayList<>(Events.metrics(EVENTS_PER_WORLD - 1, turn));
        events.add(Events.prompt(turn, world + turn));
        publisher.publish(events);
      }
    }

    // then they are all there, for readers and for SQL
    for (int game = 0; game < GAMES; game++) {
      shouldHaveAll("game-" + game, WORLDS_EACH * EVENTS_PER_WORLD);
    }
    before.awaitBack();
    daemon.terminate(60);
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      assertThat(
              file.number(
                  "SELECT count(*) FROM events WHERE run_id LIKE 'game-%' AND kind = 'llm_prompt'"
                      + " AND length(payload_json ->> 'state_summary') > "
                      + WORLD_BYTES))
          .isEqualTo((long) GAMES * WORLDS_EACH);
    }
    daemon.restart();
  }

  private static PublishRequest request(String runId, int size) {
    int textLength = size;
    PublishRequest request = request(runId, "x".repeat(textLength));
    while (request.getSerializedSize() > size) {
      textLength -= request.getSerializedSize() - size;
      request = request(runId, "x".repeat(textLength));
    }
    return request;
  }

  private static PublishRequest request(String runId, String text) {
    return PublishRequest.newBuilder()
        .setRunId(runId)
        .setOpenIfMissing(true)
        .addEvents(Events.prompt(1, text))
        .build();
  }
}
