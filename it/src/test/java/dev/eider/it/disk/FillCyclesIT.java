package dev.eider.it.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.Scale;
import dev.eider.it.Seed;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The disk is filled and freed again and again under load, to the last byte or almost, and the
 * daemon killed or stopped before, while or after it is full.
 */
@Timeout(5_400)
final class FillCyclesIT {
  private static final int FILLS = Scale.of("eider.it.fills", 3, 60);
  private static final int ALMOST_BYTES_MAX = 2 << 20;

  @RegisterExtension final DiskExtension disks = new DiskExtension();

  private final Random random = Seed.random(FillCyclesIT.class);
  private final Map<String, Integer> ends = new TreeMap<>();
  private SmallDisk disk;
  private Daemon daemon;
  private Traffic traffic;

  @Test
  void shouldLoseAndDoubleNothing() {
    // given small segments, so that many are begun on a full disk
    disk = random.nextBoolean() ? disks.dataOnExt4(160) : disks.dataInMemory(160);
    daemon = disks.start(Map.of("segment-bytes-max", "65536", "disk-reserve-bytes", "1048576"));
    try (Traffic begun = new Traffic(daemon, 300, "one", "two", "three")) {
      traffic = begun;
      for (int fill = 0; fill < FILLS; fill++) {
        // when
        traffic.awaitAcked(1 + random.nextInt(50));
        fillAndEnd();

        // then
        disk.free();
        new HealthWatch(daemon).awaitServing(Traffic.SOON);
        traffic.goOn();
      }
      traffic.awaitAcked(50);
      traffic.finish();
      traffic.report("FillCyclesIT, " + FILLS + " fills " + ends);
    }
    assertThat(daemon.terminate(30)).isEqualTo(143);
  }

  private void fillAndEnd() {
    disk.fillBut(random.nextBoolean() ? 0 : random.nextInt(ALMOST_BYTES_MAX));
    End end = End.values()[random.nextInt(End.values().length)];
    ends.merge(end.name(), 1, Integer::sum);
    if (end == End.KILLED_AT_ONCE) {
      restart(false);
      return;
    }
    traffic.awaitRefused("STORAGE_FULL", 1 + random.nextInt(50));
    new HealthWatch(daemon).awaitNotServing(Traffic.SOON);
    traffic.shouldBeFollowed();
    switch (end) {
      case KILLED_WHILE_FULL -> restart(false);
      case STOPPED_WHILE_FULL -> restart(true);
      case KILLED_WHEN_FREED -> {
        disk.free();
        restart(false);
      }
      default -> {}
    }
  }

  private void restart(boolean cleanly) {
    if (cleanly) {
      assertThat(daemon.terminate(30)).isEqualTo(143);
    } else {
      daemon.kill9();
    }
    traffic.daemonIsGone();
    daemon.restart();
    traffic.shouldHoldWhatWasAckedAndSeen();
  }

  /** How the daemon comes out of a full disk. */
  private enum End {
    FREED,
    KILLED_AT_ONCE,
    KILLED_WHILE_FULL,
    KILLED_WHEN_FREED,
    STOPPED_WHILE_FULL
  }
}
