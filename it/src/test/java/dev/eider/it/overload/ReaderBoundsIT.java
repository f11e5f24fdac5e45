package dev.eider.it.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.MemoryWatch;
import dev.eider.it.Refusal;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.Scale;
import dev.eider.it.VolumePublisher;
import dev.eider.it.WatchCall;
import dev.eider.v1.Run;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Readers that are too many, or too slow, or never read, cost no more than there is for them. */
@Timeout(900)
class ReaderBoundsIT {
  private static final int SUBSCRIPTIONS_MAX =
      Scale.of("eider.it.overload.subscriptionsMax", 200, 2_000);
  private static final int STALLED_MIB = Scale.of("eider.it.overload.stalledMiB", 256, 1024);
  private static final int READING = 4;
  private static final int CHANGES_MAX = 100;
  private static final int WATCHES = 5;
  private static final int CHANGED_RUNS = 400;

  /** So much that a few runs fill the window of a connection. */
  private static final Map<String, String> LABELS =
      IntStream.range(0, 20)
          .boxed()
          .collect(Collectors.toMap(i -> "label-" + i, i -> "x".repeat(1_000)));

  private static final long OUTBOUND_BYTES_MAX = 64L << 20;

  /** Where DuckDB has everything, all else that memory keeps of events. */
  private static final long TAIL_BYTES_MAX = 16L << 20;

  /** A queue for one of them would be four times what the heap may have grown by. */
  private static final long QUEUE_BYTES_MAX = ((long) STALLED_MIB << 20) / 4;

  private static final long STREAM_BYTES = 64 << 10;
  private static final long NETWORK_BYTES = 128L << 20;
  private static final Duration LONG = Duration.ofSeconds(300);

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .likeLauncher()
          .jvm("-XX:+ExitOnOutOfMemoryError")
          .set("grace-ms", 200)
          .set("tail-bytes-max", TAIL_BYTES_MAX)
          .set("subscriptions-max", SUBSCRIPTIONS_MAX)
          .set("outbound-bytes-max", OUTBOUND_BYTES_MAX)
          .set("watch-changes-max", CHANGES_MAX);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldHoldNoMorePagesThanThereIsRoomFor() {
    // given as many subscribers as may be, none of which reads
    StormCounters before = StormCounters.atRest(daemon);
    long heapBytes = daemon.heapAfterCollection();
    List<RunReader> stalled = new ArrayList<>();
    try (Channels channels = Channels.narrow(daemon, 20);
        MemoryWatch memory = new MemoryWatch(daemon)) {
      for (int i = 0; i < SUBSCRIPTIONS_MAX; i++) {
        stalled.add(RunReader.stalled(channels.get(i), "stalled"));
      }
      Awaitility.await("all are there")
          .atMost(LONG)
          .until(() -> daemon.counters().getSubscriptions() == SUBSCRIPTIONS_MAX);

      // when one more comes, and far more is published than may wait for each
      try (RunReader oneMore = RunReader.fromStart(daemon.channel(), "stalled")) {
        Refusal refusal = oneMore.awaitRefusal(LONG);
        refusal.shouldBe(Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED");
        assertThat(refusal.hasRetryDelay()).isTrue();
        assertThat(refusal.metadata()).containsEntry("limit", "" + SUBSCRIPTIONS_MAX);
      }
      new VolumePublisher(daemon.channel(), "stalled", new AtomicInteger())
          .publishText(STALLED_MIB);

      // then the network holds its share, and who reads then gets everything
      System.out.printf(
          "ReaderBoundsIT: %d subscribers that do not read, %d MiB published; %s%n",
          SUBSCRIPTIONS_MAX, STALLED_MIB, memory);
      assertThat(memory.directBytesMax())
          .isLessThan(OUTBOUND_BYTES_MAX + SUBSCRIPTIONS_MAX * STREAM_BYTES + NETWORK_BYTES);
      Run closed = runs.close("stalled", LONG);
      assertThat(daemon.heapAfterCollection()).as("heap").isLessThan(heapBytes + QUEUE_BYTES_MAX);
      assertThat(stalled).allMatch(reader -> reader.lastSeq() == 0);
      shouldReadOn(stalled, closed.getHeadSeq());
    }
    before.awaitBack();
  }

  private static void shouldReadOn(List<RunReader> stalled, long headSeq) {
    List<RunReader> reading = stalled.subList(0, READING);
    // The others leave first: what is not read takes the window of its whole connection.
    stalled.subList(reading.size(), stalled.size()).forEach(RunReader::close);
    reading.forEach(RunReader::readOn);
    reading.forEach(reader -> reader.awaitRunClosed(LONG).shouldHaveAllUpTo(headSeq));
  }

  @Test
  void shouldEndTheWatchesThatLetTooManyChangesPileUp() {
    // given watches that read nothing, and one that reads
    StormCounters before = StormCounters.atRest(daemon);
    try (Channels channels = new Channels(daemon, WATCHES + 1)) {
      List<WatchCall> stalled = new ArrayList<>();
      for (int i = 0; i < WATCHES; i++) {
        stalled.add(WatchCall.stalled(channels.get(i)));
      }
      WatchCall reading = WatchCall.reading(channels.get(WATCHES));
      Awaitility.await("all watch")
          .atMost(LONG)
          .until(() -> daemon.counters().getSubscriptions() == WATCHES + 1);

      // when more runs change than may wait
      for (int i = 0; i < CHANGED_RUNS; i++) {
        runs.open("changed-" + i, LABELS);
      }

      // then those that read nothing are told so once they do, and the daemon goes on
      stalled.forEach(WatchCall::readOn);
      for (WatchCall watch : stalled) {
        Refusal refusal = watch.awaitRefusal(LONG);
        refusal.shouldBe(Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED");
        assertThat(refusal.metadata()).containsEntry("limit", "" + CHANGES_MAX);
      }
      reading.close();
    }
    runs.closeAll(IntStream.range(0, CHANGED_RUNS).mapToObj(i -> "changed-" + i).toList(), LONG);
    before.awaitBack();
  }
}
