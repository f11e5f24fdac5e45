package dev.eider.it;

import dev.eider.client.EiderClient;
import dev.eider.client.MultiRunSink;
import dev.eider.v1.Counters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Thousands of runs later the daemon holds what it held before them. */
@Timeout(300)
class ManyRunsIT {
  private static final int RUNS = Scale.of("eider.it.manyRuns", 4_000, 10_000);
  private static final int WARM_UP_RUNS = 1_000;
  private static final int EVENTS_PER_RUN = 5;
  private static final int READ_EVERY = 100;
  private static final Duration LONG = Duration.ofSeconds(90);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension().likeLauncher().set("grace-ms", 500);

  private final Daemon daemon = EXTENSION.daemon();

  @Test
  void shouldHoldNothingOfThousandsOfClosedRuns() {
    try (EiderClient client = EiderClient.connect(daemon.target())) {
      // given the counters after work of the same kind, so that what is made once is there
      playRuns(client, "warm", WARM_UP_RUNS);
      new RunCalls(daemon).awaitReaped(LONG);
      Awaitility.await("nothing left to persist")
          .atMost(LONG)
          .until(() -> daemon.counters().getUnpersistedBytes() == 0);
      Counters start = daemon.counters();

      // when
      playRuns(client, "many", RUNS);

      // then
      Awaitility.await("counters back at their start")
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(200))
          .untilAsserted(() -> shouldBeBackAt(start, daemon.counters()));
    }
  }

  private static void shouldBeBackAt(Counters start, Counters now) {
    shouldBeBack("runs_in_memory", start, now, Counters::getRunsInMemory);
    shouldBeBack("tail_bytes", start, now, Counters::getTailBytes);
    shouldBeBack("subscriptions", start, now, Counters::getSubscriptions);
    shouldBeBack("log_segments", start, now, Counters::getLogSegments);
    shouldBeBack("open_files", start, now, Counters::getOpenFiles);
    shouldBeBack("threads", start, now, counters -> (long) counters.getThreads());
    shouldBeBack("unpersisted_bytes", start, now, Counters::getUnpersistedBytes);
  }

  /** At most what it was: a pool may have shrunk. */
  private static void shouldBeBack(
      String name, Counters start, Counters now, Function<Counters, Long> counter) {
    Assertions.assertThat(counter.apply(now)).as(name).isLessThanOrEqualTo(counter.apply(start));
  }

  /** Opens, publishes to and closes runs through one sink, and reads some of them meanwhile. */
  private void playRuns(EiderClient client, String prefix, int count) {
    List<String> ids = IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    List<RunReader> readers = new ArrayList<>();
    for (int i = 0; i < count; i += READ_EVERY) {
      readers.add(RunReader.fromStart(daemon.channel(), ids.get(i)));
    }
    try (MultiRunSink sink = client.multiRunSink()) {
      for (int event = 0; event < EVENTS_PER_RUN; event++) {
        for (String id : ids) {
          sink.accept(id, Events.metric("ada", event, "n", event));
        }
      }
    }
    for (RunReader reader : readers) {
      reader.awaitRunClosed(LONG).shouldHaveAllUpTo(EVENTS_PER_RUN);
    }
  }
}
