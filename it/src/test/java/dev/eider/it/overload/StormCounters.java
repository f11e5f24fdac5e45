package dev.eider.it.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.v1.Counters;
import java.time.Duration;
import java.util.function.ToLongFunction;
import org.awaitility.Awaitility;

/** What a daemon counts, before a storm and after it. Owned by the test thread. */
final class StormCounters {
  private static final Duration LONG = Duration.ofSeconds(120);

  /** Classes, pools of the network layer, and what is remembered of runs that were reaped. */
  private static final long HEAP_SLACK_BYTES = 32L << 20;

  private final Daemon daemon;
  private final Counters before;
  private final long heapBytesBefore;

  private StormCounters(Daemon daemon, Counters before, long heapBytesBefore) {
    this.daemon = daemon;
    this.before = before;
    this.heapBytesBefore = heapBytesBefore;
  }

  /** Takes them once the daemon is at rest. */
  static StormCounters atRest(Daemon daemon) {
    Awaitility.await("the daemon is at rest").atMost(LONG).until(() -> isAtRest(daemon.counters()));
    // The collection is asked for first, since it takes a thread that stays.
    long heapBytes = daemon.heapAfterCollection();
    return new StormCounters(daemon, daemon.counters(), heapBytes);
  }

  private static boolean isAtRest(Counters counters) {
    return counters.getUnpersistedBytes() == 0 && counters.getSubscriptions() == 0;
  }

  /**
   * Waits until all are back, and holds the heap to what it was; not the open files and threads,
   * whose pools may have grown.
   */
  void awaitBack() {
    Awaitility.await("counters back")
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> shouldBeBack(daemon.counters()));
    Counters now = daemon.counters();
    long heapBytes = daemon.heapAfterCollection();
    assertThat(heapBytes).as("heap").isLessThanOrEqualTo(heapBytesBefore + HEAP_SLACK_BYTES);
    System.out.printf(
        "  after: heap %d MiB, was %d; direct %d MiB, was %d; resident %d MiB; %d threads, was"
            + " %d%n",
        heapBytes >> 20,
        heapBytesBefore >> 20,
        now.getDirectBytes() >> 20,
        before.getDirectBytes() >> 20,
        daemon.residentBytes() >> 20,
        now.getThreads(),
        before.getThreads());
  }

  /** The same, where the daemon has done such work before: open files and threads too. */
  void awaitBackWithPools() {
    awaitBack();
    Awaitility.await("files and threads back")
        .atMost(LONG)
        .untilAsserted(
            () -> {
              Counters now = daemon.counters();
              back("open_files", now, Counters::getOpenFiles);
              back("threads", now, Counters::getThreads);
            });
  }

  private void shouldBeBack(Counters now) {
    back("runs_in_memory", now, Counters::getRunsInMemory);
    back("tail_bytes", now, Counters::getTailBytes);
    back("subscriptions", now, Counters::getSubscriptions);
    back("log_segments", now, Counters::getLogSegments);
    back("unpersisted_bytes", now, Counters::getUnpersistedBytes);
  }

  private void back(String name, Counters now, ToLongFunction<Counters> counter) {
    assertThat(counter.applyAsLong(now)).as(name).isLessThanOrEqualTo(counter.applyAsLong(before));
  }
}
