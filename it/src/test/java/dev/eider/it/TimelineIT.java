package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.RunSubscription;
import dev.eider.v1.ColdStreamRequest;
import dev.eider.v1.EventFilter;
import dev.eider.v1.Run;
import dev.eider.v1.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A fork's whole timeline is the same live, cold, resumed anywhere, and in SQL. */
@Timeout(240)
class TimelineIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int LINEAGES = Scale.of("eider.it.lineages", 15, 40);
  private static final int FORKS_MAX = 5;

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension().set("grace-ms", 300).set("tail-bytes-max", 1 << 20);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);
  private final Random random = Seed.random(TimelineIT.class);

  @Test
  void shouldStreamForksOfForksOfRealRuns() {
    // given real runs, forked again and again, each fork playing on as its parent did
    Map<String, RunReader> live = new LinkedHashMap<>();
    for (RecordedRun root : RecordedRuns.some(LINEAGES)) {
      live.putAll(forkAgainAndAgain(root));
    }

    // when each has been read live to its end
    Map<String, List<String>> timelines = new LinkedHashMap<>();
    for (RunReader reader : live.values()) {
      runs.close(reader.runId());
      reader.awaitRunClosed(SOON);
    }
    runs.awaitReaped(SOON);

    // then it is the same cold, resumed anywhere, and for the ancestors' own readers
    for (RunReader reader : live.values()) {
      StreamChecker checker = reader.checker();
      ColdRead cold = ColdRead.timeline(daemon.channel(), checker.runId());
      cold.checker().shouldEqual(checker);
      cold.checker().shouldHaveDigest(cold.end().getDigest());
      for (String ancestor : checker.inheritedUpTo().keySet()) {
        checker.shouldInheritFrom(ColdRead.of(daemon.channel(), ancestor).checker());
      }
      readInPieces(checker.runId(), cold.events().size()).shouldEqual(checker);
      readFiltered(cold);
      timelines.put(checker.runId(), cold.events().stream().map(TimelineIT::place).toList());
    }
    assertThat(live.values()).anyMatch(reader -> reader.checker().inheritedUpTo().size() > 2);
    shouldReadThroughTheClient(timelines);

    // and in SQL
    daemon.terminate(20);
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      timelines.forEach((runId, places) -> assertThat(sql(file, runId)).isEqualTo(places));
    } finally {
      daemon.restart();
    }
  }

  private Map<String, RunReader> forkAgainAndAgain(RecordedRun root) {
    Map<String, RunReader> readers = new LinkedHashMap<>();
    runs.publish(root.runId(), root.events());
    String parent = root.runId();
    int firstTurn = 0;
    for (int i = 1; i <= 1 + random.nextInt(FORKS_MAX); i++) {
      int t = firstTurn + random.nextInt(1 + lastTurn(root) - firstTurn);
      String child = root.runId() + "-f" + i;
      if (random.nextBoolean()) {
        runs.close(parent);
        if (random.nextBoolean()) {
          runs.awaitReaped(SOON);
        }
      }
      boolean before = random.nextBoolean();
      if (before) {
        readers.put(child, RunReader.timeline(daemon.channel(), child));
      }
      Run forked = runs.fork(parent, t, child).getRun();
      assertThat(forked.getRootRunId()).isEqualTo(root.runId());
      if (!before) {
        readers.put(child, RunReader.timeline(daemon.channel(), child));
      }
      runs.publish(child, root.events().stream().filter(event -> event.getT() >= t).toList());
      parent = child;
      firstTurn = t;
    }
    return readers;
  }

  private StreamChecker readInPieces(String runId, int eventCount) {
    StreamChecker checker = StreamChecker.timeline(runId, false);
    while (checker.eventCount() < eventCount) {
      ColdStreamRequest.Builder rest =
          ColdStreamRequest.newBuilder()
              .setRunId(runId)
              .setIncludeInherited(true)
              .setAfterRunId(checker.currentRunId())
              .setAfterSeq(checker.currentSeq());
      List<RawEnvelope> events = ColdRead.of(daemon.channel(), rest.build()).events();
      checker.acceptAll(events.subList(0, 1 + random.nextInt(events.size())));
    }
    RunReader rest = RunReader.resumeTimeline(daemon.channel(), checker);
    return rest.awaitRunClosed(SOON);
  }

  private void readFiltered(ColdRead whole) {
    String runId = whole.checker().runId();
    EventFilter filter = EventFilter.newBuilder().addKinds("action").setTMin(2).build();
    List<String> expected =
        whole.events().stream()
            .filter(one -> one.parsedEvent().hasAction() && one.parsedEvent().getT() >= 2)
            .map(TimelineIT::place)
            .toList();
    ColdStreamRequest cold =
        ColdStreamRequest.newBuilder()
            .setRunId(runId)
            .setIncludeInherited(true)
            .setFilter(filter)
            .build();
    ColdRead filtered = ColdRead.of(daemon.channel(), cold);
    assertThat(filtered.events().stream().map(TimelineIT::place).toList()).isEqualTo(expected);
    SubscribeRequest request =
        RunReader.timelineRequest(runId).toBuilder().setFilter(filter).setMaxBatch(3).build();
    RunReader live = RunReader.open(daemon.channel(), request);
    live.awaitRunClosed(SOON).shouldEqual(filtered.checker());
  }

  private void shouldReadThroughTheClient(Map<String, List<String>> timelines) {
    String runId = timelines.keySet().iterator().next();
    SubscribeRequest request =
        SubscribeRequest.newBuilder().setRunId(runId).setIncludeInherited(true).build();
    List<String> read = new ArrayList<>();
    try (EiderClient client = EiderClient.connect(daemon.target());
        RunSubscription events = client.subscribe(request)) {
      events.forEachRemaining(one -> read.add(one.getRunId() + " " + one.getSeq()));
      assertThat(events.runClosed()).isPresent();
    }
    assertThat(read).isEqualTo(timelines.get(runId));
  }

  @Test
  void shouldFollowAStalledReaderOfADeepLineage() {
    // given forks sixty deep, more than one read looks up
    runs.publish("deep-0", Events.turnStart("ada", 0, Events.gold(1)));
    for (int i = 1; i <= 60; i++) {
      runs.publish("deep-" + (i - 1), Events.turnStart("ada", i, Events.gold(i)));
      runs.fork("deep-" + (i - 1), i, "deep-" + i);
    }

    // when
    RunReader reader = RunReader.timeline(daemon.channel(), "deep-60");
    reader.awaitSeq(1, SOON);
    runs.publish("deep-60", Events.metrics(3_000, 0));
    runs.close("deep-60");

    // then
    StreamChecker checker = reader.awaitRunClosed(SOON);
    assertThat(checker.inheritedUpTo()).hasSize(60).containsEntry("deep-0", 1L);
    ColdRead cold = ColdRead.timeline(daemon.channel(), "deep-60");
    cold.checker().shouldEqual(checker);
  }

  private static List<String> sql(DuckDbFile file, String runId) {
    return file.rows(
        "SELECT source_run_id, seq FROM timeline WHERE run_id = '" + runId + "' ORDER BY ordinal",
        row -> row.getString(1) + " " + row.getLong(2));
  }

  private static int lastTurn(RecordedRun run) {
    return run.turnCount() - 1;
  }

  private static String place(RawEnvelope envelope) {
    return envelope.runId() + " " + envelope.seq();
  }
}
