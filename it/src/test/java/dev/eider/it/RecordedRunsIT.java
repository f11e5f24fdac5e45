package dev.eider.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.eider.client.EiderClient;
import dev.eider.client.RunPublisher;
import dev.eider.client.RunSubscription;
import dev.eider.v1.Event;
import dev.eider.v1.Run;
import dev.eider.v1.RunOutcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** 150 real runs: every reader gets the same bytes, and the file says the same as the input. */
@Timeout(240)
class RecordedRunsIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration LONG = Duration.ofSeconds(180);
  private static final int PRODUCERS = 8;

  /** What the file of runs holds, counted by other means. */
  private static final Map<String, Long> KINDS =
      Map.of(
          "turn_start", 1808L,
          "observation", 1808L,
          "llm_prompt", 1808L,
          "llm_response", 1808L,
          "action", 862L,
          "action_result", 862L,
          "metric", 150L);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension().likeLauncher().set("grace-ms", 500);

  private final Daemon daemon = EXTENSION.daemon();

  @Test
  void shouldTellEveryReaderAndTheFileTheSame() {
    // when all runs are played side by side, each with its readers, and one that reads them all
    List<RecordedRun> recorded = RecordedRuns.all();
    LogReader all = LogReader.fromStart(daemon.channel());
    Map<String, StreamChecker> live = play(recorded);
    shouldHaveOneOrder(all, live);

    // then each is read back to the same bytes when it has left memory
    new RunCalls(daemon).awaitReaped(SOON);
    for (RecordedRun run : recorded) {
      ColdRead cold = ColdRead.of(daemon.channel(), run.runId());
      cold.checker().shouldEqual(live.get(run.runId()));
      cold.checker().shouldHaveDigest(cold.end().getDigest());
    }

    // and the file that the stopped daemon leaves holds what the input holds
    daemon.terminate(20);
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      shouldHoldTheKinds(file);
      shouldHoldTheDigests(file, live);
    }
  }

  /** The reader of all runs, one that comes later and one that resumes midway got the same. */
  private void shouldHaveOneOrder(LogReader all, Map<String, StreamChecker> live) {
    int expected = live.values().stream().mapToInt(StreamChecker::eventCount).sum();
    all.awaitEvents(expected, SOON);
    LogReader.Mark midway = all.marks().get(all.marks().size() / 2);
    LogChecker order = all.leave();
    live.forEach((runId, run) -> order.run(runId).shouldEqual(run));
    try (LogReader later = LogReader.fromStart(daemon.channel());
        LogReader resumed = LogReader.after(daemon.channel(), midway.token())) {
      later.awaitEvents(expected, SOON);
      later.leave().shouldEqual(order);
      resumed.awaitEvents(expected - midway.eventsSoFar(), SOON);
      resumed.leave().shouldBeTheRestOf(order, midway.eventsSoFar());
    }
  }

  private Map<String, StreamChecker> play(List<RecordedRun> recorded) {
    long seed = Seed.random(RecordedRunsIT.class).nextLong();
    Map<String, StreamChecker> live = new ConcurrentHashMap<>();
    try (EiderClient client = EiderClient.connect(daemon.target())) {
      Workers.forEach(
          recorded,
          PRODUCERS,
          LONG,
          run ->
              live.put(run.runId(), play(client, run, new Random(seed ^ run.runId().hashCode()))));
    }
    return live;
  }

  /**
   * Publishes a run through the client while others read it: one from the start, one that joins
   * midway, and after the end one from the start, one from somewhere, and a cold one. All must get
   * the same; returns what the first of them got.
   */
  private StreamChecker play(EiderClient client, RecordedRun run, Random random) {
    String runId = run.runId();
    List<Event> events = run.events();
    RunReader fromStart = RunReader.fromStart(daemon.channel(), runId);
    client.openRun(runId, run.labels());
    int half = events.size() / 2;
    publish(client, runId, events.subList(0, half), 1);
    int afterSeq = random.nextInt(half);
    try (RunSubscription joined = client.subscribe(runId, afterSeq)) {
      publish(client, runId, events.subList(half, events.size()), half + 1);
      Run closed = client.closeRun(runId, RunOutcome.RUN_OUTCOME_COMPLETED);
      StreamChecker live = fromStart.awaitRunClosed(SOON);
      live.shouldHaveAllUpTo(events.size());
      live.shouldHaveDigest(closed.getDigest());
      shouldReadTheSame(joined, live, afterSeq);
      shouldReadTheSame(client.coldStream(runId), live, 0);
      for (int after : List.of(0, random.nextInt(events.size()))) {
        try (RunReader late = RunReader.open(daemon.channel(), RunReader.request(runId, after))) {
          late.awaitRunClosed(SOON).shouldEqual(live);
        }
      }
      return live;
    }
  }

  private static void shouldReadTheSame(RunSubscription events, StreamChecker live, long afterSeq) {
    StreamChecker read = StreamChecker.after(live.runId(), afterSeq);
    events.forEachRemaining(envelope -> read.accept(RawEnvelope.of(envelope)));
    events.close();
    read.shouldEqual(live);
  }

  /** Publishes and checks that each event got the seq it should have. */
  private static void publish(EiderClient client, String runId, List<Event> events, long firstSeq) {
    try (RunPublisher publisher = client.publisher(runId)) {
      List<CompletableFuture<Long>> acks = events.stream().map(publisher::publish).toList();
      publisher.flush();
      assertThat(acks.stream().map(ack -> ack.orTimeout(60, SECONDS).join()))
          .as("seqs in run %s", runId)
          .isEqualTo(LongStream.range(firstSeq, firstSeq + events.size()).boxed().toList());
    }
  }

  private static void shouldHoldTheKinds(DuckDbFile file) {
    Map<String, Long> kinds = new TreeMap<>();
    file.rows(
        "SELECT kind, count(*) FROM events GROUP BY kind",
        row -> kinds.put(row.getString(1), row.getLong(2)));
    assertThat(kinds).isEqualTo(KINDS);
    assertThat(file.number("SELECT count(*) FROM (SELECT DISTINCT run_id, seq FROM events)"))
        .as("distinct run and seq")
        .isEqualTo(KINDS.values().stream().mapToLong(Long::longValue).sum());
  }

  private static void shouldHoldTheDigests(DuckDbFile file, Map<String, StreamChecker> live) {
    Map<String, ByteString> digests = new HashMap<>();
    file.rows(
        "SELECT run_id, digest FROM runs",
        row -> digests.put(row.getString(1), ByteString.copyFrom(row.getBytes(2))));
    assertThat(digests.keySet()).isEqualTo(live.keySet());
    digests.forEach((runId, digest) -> live.get(runId).shouldHaveDigest(digest));
  }
}
