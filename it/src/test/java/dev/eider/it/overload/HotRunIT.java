package dev.eider.it.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.RunPublisher;
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
import dev.eider.v1.Run;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One run is published as fast as the daemon takes it and read by many, some of them stalled; the
 * others, of whom each publishes and reads a little, get their turn all the while.
 */
@Timeout(1800)
class HotRunIT {
  private static final int OTHERS = Scale.of("eider.it.overload.others", 10, 100);
  private static final int TURNS = Scale.of("eider.it.overload.turns", 8, 200);
  private static final int HOT_READERS = Scale.of("eider.it.overload.hotReaders", 12, 100);
  private static final String TEXT = "word ".repeat(60);
  private static final Duration LONG = Duration.ofSeconds(600);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension().likeLauncher().set("grace-ms", 500);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);
  private final AtomicBoolean isOver = new AtomicBoolean();
  private final AtomicLong hotEvents = new AtomicLong();

  @Test
  void shouldNotStarveTheOthersForOneHotRun() {
    StormCounters before = StormCounters.atRest(daemon);
    long[] alone;
    long[] besides;
    List<RunReader> hotReaders = new ArrayList<>();
    try (MemoryWatch memory = new MemoryWatch(daemon);
        Channels channels = new Channels(daemon, 10);
        // What is not read takes the window of its whole connection.
        Channels stalledChannels = Channels.narrow(daemon, HOT_READERS / 4);
        EiderClient client = EiderClient.connect(daemon.target());
        Workers workers = new Workers()) {
      // given how long the others take without it
      alone = playOthers("calm", channels, null);

      // when one run is hot, with readers of whom each fourth takes nothing
      for (int i = 0; i < HOT_READERS; i++) {
        hotReaders.add(
            i % 4 == 3
                ? RunReader.stalled(stalledChannels.get(i / 4), "hot")
                : RunReader.fromStart(channels.get(i), "hot"));
      }
      workers.start(() -> publishHot(client));
      Awaitility.await("the run is hot").atMost(LONG).until(() -> hotEvents.get() > 0);
      besides = playOthers("beside", channels, hotEvents);
      isOver.set(true);
      workers.awaitAll(LONG);

      // then the others got their turns while it went on, and it has lost nothing
      Run hot = runs.close("hot", LONG);
      for (int i = 3; i < HOT_READERS; i += 4) {
        hotReaders.get(i).readOn();
      }
      for (RunReader reader : hotReaders) {
        reader.awaitRunClosed(LONG).shouldHaveAllUpTo(hot.getHeadSeq());
      }
      report("without a hot run", alone);
      report("beside one of " + hot.getHeadSeq() + " events", besides);
      System.out.printf("HotRunIT: %d readers of it; %s%n", HOT_READERS, memory);
    }
    before.awaitBack();
  }

  /**
   * Has each run publish and wait for its reader to have it, turn after turn.
   *
   * @param hot grows while the hot run goes on; null without one
   * @return how long the publishes took, sorted, in microseconds
   */
  private long[] playOthers(String prefix, Channels channels, AtomicLong hot) {
    AtomicInteger overloads = new AtomicInteger();
    List<long[]> all = new ArrayList<>();
    try (Workers workers = new Workers()) {
      for (int i = 0; i < OTHERS; i++) {
        String runId = prefix + "-" + i;
        VolumePublisher publisher = new VolumePublisher(channels.get(i), runId, overloads);
        RunReader reader = RunReader.fromStart(channels.get(i + 1), runId);
        long[] tookUs = new long[TURNS];
        all.add(tookUs);
        workers.start(() -> play(publisher, reader, tookUs, hot));
      }
      workers.awaitAll(LONG);
    }
    return all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
  }

  private void play(VolumePublisher publisher, RunReader reader, long[] tookUs, AtomicLong hot) {
    long hotBefore = hot == null ? 0 : hot.get();
    for (int turn = 0; turn < TURNS; turn++) {
      long start = System.nanoTime();
      publisher.publish(List.of(Events.metric("", turn, "n", turn)));
      tookUs[turn] = (System.nanoTime() - start) / 1_000;
      reader.awaitSeq(turn + 1, LONG);
    }
    if (hot != null) {
      assertThat(hot.get()).as("the hot run went on").isGreaterThan(hotBefore);
    }
    runs.close(publisher.runId(), LONG);
    reader.awaitRunClosed(LONG).shouldHaveAllUpTo(TURNS);
  }

  private void publishHot(EiderClient client) {
    try (RunPublisher hot = client.publisher("hot")) {
      int t = 0;
      while (!isOver.get()) {
        Event event = Events.prompt(t++, TEXT);
        hot.publish(event).thenAccept(hotEvents::set);
      }
    }
  }

  private static void report(String what, long[] sortedUs) {
    System.out.printf(
        "HotRunIT: %d others %s: publish p50 %d us, p99 %d us, worst %d us%n",
        OTHERS,
        what,
        sortedUs[sortedUs.length / 2],
        sortedUs[sortedUs.length * 99 / 100],
        sortedUs[sortedUs.length - 1]);
  }
}
