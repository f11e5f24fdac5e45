package dev.eider.it.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.MultiRunSink;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.MemoryWatch;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.Scale;
import dev.eider.it.StreamChecker;
import dev.eider.it.VolumePublisher;
import dev.eider.it.Workers;
import dev.eider.v1.Run;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Hundreds of producers, half of them on one connection and half on one each, and thousands of
 * subscribers, a tenth of which read nothing while the storm lasts; some of those never do.
 */
@Timeout(900)
class ProducerStormIT {
  private static final int PRODUCERS = Scale.of("eider.it.overload.producers", 60, 500);
  private static final int SUBSCRIBERS = Scale.of("eider.it.overload.subscribers", 200, 2_000);
  private static final int REQUESTS = Scale.of("eider.it.overload.requests", 20, 60);
  private static final int EVENTS_PER_REQUEST = 50;
  private static final int EVENTS = REQUESTS * EVENTS_PER_REQUEST;
  private static final int SUBSCRIBER_CONNECTIONS = 20;
  private static final int STALLED_EVERY = 10;
  private static final int GONE_EVERY = 40;
  private static final long HEAP_BYTES = 1L << 30;
  private static final Duration LONG = Duration.ofSeconds(600);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension().likeLauncher().jvm("-XX:+ExitOnOutOfMemoryError").set("grace-ms", 500);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);
  private final List<RunReader> readers = new ArrayList<>();
  private final List<RunReader> stalled = new ArrayList<>();
  private final List<RunReader> gone = new ArrayList<>();

  @Test
  void shouldServeEverybodyAndHoldNothingAfterwards() {
    StormCounters before = StormCounters.atRest(daemon);
    AtomicInteger overloads = new AtomicInteger();
    long start = System.nanoTime();
    try (MemoryWatch memory = new MemoryWatch(daemon);
        Channels readerChannels = new Channels(daemon, SUBSCRIBER_CONNECTIONS);
        Channels producerChannels = new Channels(daemon, PRODUCERS / 2);
        Workers workers = new Workers()) {
      // given
      for (int i = 0; i < SUBSCRIBERS; i++) {
        subscribe(i, readerChannels);
      }

      // when
      List<VolumePublisher> publishers = startAlone(producerChannels, workers, overloads);
      publishTogether();
      workers.awaitAll(LONG);
      report("published", start, overloads.get(), memory);
      publishers.forEach(publisher -> runs.close(publisher.runId(), LONG));

      // then everybody who reads gets all of it, some of them only now
      stalled.forEach(RunReader::readOn);
      gone.forEach(RunReader::close);
      List<RunReader> all = new ArrayList<>(readers);
      all.addAll(stalled);
      for (RunReader reader : all) {
        reader.awaitRunClosed(LONG).shouldHaveAllUpTo(EVENTS);
      }
      report("read", start, overloads.get(), memory);
      assertThat(memory.heapBytesMax()).isLessThanOrEqualTo(HEAP_BYTES);
      compareWithCold(all);
    }
    before.awaitBack();
  }

  private void subscribe(int number, Channels channels) {
    String runId = runId(number % PRODUCERS);
    if (number % GONE_EVERY == 1) {
      gone.add(RunReader.stalled(channels.get(number), runId));
    } else if (number % STALLED_EVERY == 1) {
      stalled.add(RunReader.stalled(channels.get(number), runId));
    } else {
      readers.add(RunReader.fromStart(channels.get(number), runId));
    }
  }

  /** The runs with even numbers, each on a connection of its own. */
  private List<VolumePublisher> startAlone(
      Channels channels, Workers workers, AtomicInteger overloads) {
    List<VolumePublisher> publishers = new ArrayList<>();
    for (int i = 0; i < PRODUCERS; i += 2) {
      VolumePublisher publisher = new VolumePublisher(channels.get(i / 2), runId(i), overloads);
      publishers.add(publisher);
      workers.start(
          () -> {
            for (int request = 0; request < REQUESTS; request++) {
              publisher.publish(Events.metrics(EVENTS_PER_REQUEST, publisher.published()));
            }
          });
    }
    return publishers;
  }

  /** The runs with odd numbers, all by one client. */
  private void publishTogether() {
    List<String> together =
        IntStream.range(0, PRODUCERS).filter(i -> i % 2 == 1).mapToObj(this::runId).toList();
    try (EiderClient client = EiderClient.connect(daemon.target());
        MultiRunSink sink = client.multiRunSink()) {
      for (int event = 0; event < EVENTS; event++) {
        for (String runId : together) {
          sink.accept(runId, Events.metric("", 0, "n", event));
        }
      }
    }
  }

  private void compareWithCold(List<RunReader> all) {
    for (int i = 0; i < all.size(); i += 50) {
      StreamChecker live = all.get(i).checker();
      Run run = runs.get(runId(i % PRODUCERS));
      assertThat(run.getHeadSeq()).isEqualTo(EVENTS);
      ColdRead cold = ColdRead.of(daemon.channel(), all.get(i).runId());
      cold.checker().shouldEqual(live);
    }
  }

  private String runId(int number) {
    return "storm-" + number;
  }

  private static void report(String what, long start, int overloads, MemoryWatch memory) {
    System.out.printf(
        "ProducerStormIT: %d producers x %d events, %d subscribers: all %s after %.1f s, told to"
            + " wait %d times; %s%n",
        PRODUCERS, EVENTS, SUBSCRIBERS, what, (System.nanoTime() - start) / 1e9, overloads, memory);
  }
}
