package dev.eider.it.overload;

import dev.eider.client.EiderClient;
import dev.eider.client.MultiRunSink;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.Scale;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
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
      StormCounters start = StormCounters.atRest(daemon);

      // when
      playRuns(client, "many", RUNS);

      // then
      start.awaitBackWithPools();
    }
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
