package dev.eider.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.eider.client.EiderClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** 150 real runs: every reader gets the same bytes, and the file says the same as the input. */
@Timeout(240)
class RecordedRunsIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int PRODUCERS = 8;

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension().likeLauncher().set("grace-ms", 500);

  private final Daemon daemon = EXTENSION.daemon();

  @Test
  void shouldTellEveryReaderAndTheFileTheSame() throws Exception {
    // given what the input holds, counted without the code that makes events of it
    List<RecordedRun> recorded = RecordedRuns.all();
    Map<String, Long> expectedKinds = RecordedRuns.expectedKindCounts();

    // when all runs are played side by side, each with its readers, and one that reads them all
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
      shouldHoldTheKinds(file, expectedKinds);
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

  private Map<String, StreamChecker> play(List<RecordedRun> recorded) throws Exception {
    Random random = Seed.random(RecordedRunsIT.class);
    ExecutorService producers = Executors.newFixedThreadPool(PRODUCERS);
    try (EiderClient client = EiderClient.connect(daemon.target())) {
      Map<String, Future<StreamChecker>> playing = new HashMap<>();
      for (RecordedRun run : recorded) {
        Random own = new Random(random.nextLong());
        RunPlay play = new RunPlay(client, daemon.channel(), run, own);
        playing.put(run.runId(), producers.submit(play));
      }
      Map<String, StreamChecker> live = new HashMap<>();
      for (Map.Entry<String, Future<StreamChecker>> one : playing.entrySet()) {
        live.put(one.getKey(), one.getValue().get(180, SECONDS));
      }
      return live;
    } finally {
      producers.shutdownNow();
    }
  }

  private static void shouldHoldTheKinds(DuckDbFile file, Map<String, Long> expected) {
    Map<String, Long> kinds = new TreeMap<>();
    file.rows(
        "SELECT kind, count(*) FROM events GROUP BY kind",
        row -> kinds.put(row.getString(1), row.getLong(2)));
    assertThat(kinds).isEqualTo(expected);
    assertThat(file.number("SELECT count(*) FROM (SELECT DISTINCT run_id, seq FROM events)"))
        .as("distinct run and seq")
        .isEqualTo(expected.values().stream().mapToLong(Long::longValue).sum());
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
