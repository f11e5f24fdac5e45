package dev.eider.it.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.MultiRunSink;
import dev.eider.client.RunPublisher;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.MemoryWatch;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.Scale;
import dev.eider.it.VolumePublisher;
import dev.eider.it.Workers;
import dev.eider.v1.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * DuckDB gets its events in small transactions and so is slower than the publishers, who are told
 * to wait, do so, and complete.
 */
@Timeout(900)
class SlowPersisterIT {
  private static final int RUNS = Scale.of("eider.it.overload.slowRuns", 8, 40);
  private static final int EVENTS = Scale.of("eider.it.overload.slowEvents", 400, 1_000);
  private static final String TEXT = "word ".repeat(400);
  private static final Duration LONG = Duration.ofSeconds(300);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .likeLauncher()
          .set("grace-ms", 200)
          .set("unpersisted-bytes-max", 1 << 20)
          .set("tail-bytes-max", 1 << 20)
          .set("persist-batch-events-max", 50)
          .set("checkpoint-bytes", 2 << 20)
          .set("store-threads-max", 1);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldMakePublishersWaitAndCompleteEverything() {
    StormCounters before = StormCounters.atRest(daemon);
    AtomicInteger overloads = new AtomicInteger();
    long start = System.nanoTime();
    try (MemoryWatch memory = new MemoryWatch(daemon);
        EiderClient client = EiderClient.connect(daemon.target());
        Workers workers = new Workers()) {
      // given readers, and a caller who sees what is answered
      List<RunReader> readers = new ArrayList<>();
      for (String runId : runIds()) {
        readers.add(RunReader.fromStart(daemon.channel(), runId));
      }
      VolumePublisher raw = new VolumePublisher(daemon.channel(), "slow-raw", overloads);
      workers.start(
          () -> {
            for (int i = 0; i < EVENTS; i++) {
              raw.publish(List.of(event(i)));
            }
          });

      // when a publisher of one run and one of many send what they can
      workers.start(() -> publishAlone(client));
      try (MultiRunSink sink = client.multiRunSink()) {
        for (int i = 0; i < EVENTS; i++) {
          for (String runId : runIds()) {
            sink.accept(runId, event(i));
          }
        }
      }
      workers.awaitAll(LONG);

      // then all of it is there, once, live and cold
      assertThat(runs.close("slow-alone", LONG).getHeadSeq()).isEqualTo(EVENTS);
      assertThat(runs.close("slow-raw", LONG).getHeadSeq()).isEqualTo(EVENTS);
      for (RunReader reader : readers) {
        reader.awaitRunClosed(LONG).shouldHaveAllUpTo(EVENTS);
        ColdRead.of(daemon.channel(), reader.runId()).checker().shouldEqual(reader.checker());
      }
      System.out.printf(
          "SlowPersisterIT: %d events in %.1f s, the raw caller was told to wait %d times; %s%n",
          (RUNS + 2) * EVENTS, (System.nanoTime() - start) / 1e9, overloads.get(), memory);
      assertThat(overloads.get()).as("refusals").isPositive();
    }
    before.awaitBack();
  }

  private static void publishAlone(EiderClient client) {
    try (RunPublisher alone = client.publisher("slow-alone")) {
      for (int i = 0; i < EVENTS; i++) {
        alone.publish(event(i));
      }
    }
  }

  private static List<String> runIds() {
    return IntStream.range(0, RUNS).mapToObj(i -> "slow-" + i).toList();
  }

  private static Event event(int t) {
    return Events.prompt(t, t + TEXT);
  }
}
