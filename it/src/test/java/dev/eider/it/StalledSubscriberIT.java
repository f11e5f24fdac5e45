package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.v1.Run;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A subscriber that stops reading costs the daemon a cursor and not a queue: far more than the
 * daemon then holds, at length more than its memory, is published past it; and then it gets
 * everything.
 */
@Timeout(600)
class StalledSubscriberIT {
  private static final int STALLED_MIB = Scale.of("eider.it.stalledMiB", 256, 1024);
  private static final int FREE_MIB = Math.max(1, STALLED_MIB / 8);
  private static final Duration LONG = Duration.ofSeconds(240);

  /** Where DuckDB has everything, all else that memory keeps of events. */
  private static final long TAIL_BYTES_MAX = 16L << 20;

  /**
   * What the heap may have grown by, and what the network layer may hold, however much is
   * published. A queue for the stalled subscriber would be four times that.
   */
  private static final long QUEUE_BYTES_MAX = ((long) STALLED_MIB << 20) / 4;

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .likeLauncher()
          .set("grace-ms", 500)
          .set("tail-bytes-max", TAIL_BYTES_MAX);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldNotQueueForASubscriberThatDoesNotRead() {
    // given the rate without anybody who stalls
    AtomicInteger refusedAlone = new AtomicInteger();
    VolumePublisher alone = new VolumePublisher(daemon.channel(), "alone", refusedAlone);
    alone.publishText(FREE_MIB / 4);
    Duration free = alone.publishText(FREE_MIB);

    // and a subscriber that takes nothing
    RunReader stalled = RunReader.stalled(daemon.channel(), "stalled");
    long heapBefore = heapAtRest();

    // when far more than may be held is published to its run
    AtomicInteger refused = new AtomicInteger();
    VolumePublisher publisher = new VolumePublisher(daemon.channel(), "stalled", refused);
    MemoryWatch memory = new MemoryWatch(daemon);
    Duration taken;
    try (memory) {
      taken = publisher.publishText(STALLED_MIB);
    }
    report("without a stalled subscriber", FREE_MIB, free, refusedAlone.get());
    report("with a stalled subscriber", STALLED_MIB, taken, refused.get());
    System.out.println("StalledSubscriberIT: daemon with -Xmx1g, " + memory);

    // then the daemon lives, has not queued, and the subscriber gets all of it
    assertThat(daemon.isAlive()).as("the daemon lives").isTrue();
    assertThat(memory.directBytesMax()).as("direct memory").isBetween(1L, QUEUE_BYTES_MAX);
    assertThat(heapAtRest()).as("heap").isLessThan(heapBefore + QUEUE_BYTES_MAX);
    assertThat(stalled.lastSeq()).as("what the stalled subscriber has read").isZero();
    stalled.readOn();
    stalled.awaitSeq(VolumePublisher.textsIn(STALLED_MIB), LONG);
    Run closed = runs.close("stalled");
    StreamChecker seen = stalled.awaitRunClosed(LONG);
    seen.shouldHaveAllUpTo(closed.getHeadSeq());
    seen.shouldHaveDigest(closed.getDigest());
  }

  private long heapAtRest() {
    runs.awaitAllPersisted(LONG);
    return daemon.heapAfterCollection();
  }

  private static void report(String what, int mebibytes, Duration taken, long overloads) {
    System.out.printf(
        "StalledSubscriberIT: %d MiB %s: %.1f MiB/s, told to wait %d times%n",
        mebibytes, what, mebibytes * 1e3 / taken.toMillis(), overloads);
  }
}
