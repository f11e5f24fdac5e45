package dev.eider.it.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.Need;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Disks that refuse the log in ways that free space does not show. */
@Timeout(180)
final class LogDiskIT {
  /** A new file for the log every few dozen events. */
  private static final String SMALL_SEGMENTS = "16384";

  private static final int TEXT_CHARS = 400;

  @RegisterExtension final DiskExtension disks = new DiskExtension();

  @Test
  void shouldRefuseWhenNoFileCanBeMade() {
    // given
    SmallDisk disk = disks.dataInMemory(64, 100);
    Daemon daemon = disks.start(Map.of("segment-bytes-max", SMALL_SEGMENTS));
    HealthWatch health = new HealthWatch(daemon);
    try (Traffic traffic = new Traffic(daemon, TEXT_CHARS, "one", "two")) {
      traffic.awaitAcked(100);

      // when the log needs its next file
      disk.fillInodes();
      traffic.awaitRefused("STORAGE_FULL", 100);

      // then
      health.awaitNotServing(Traffic.SOON);
      traffic.shouldBeFollowed();
      DaemonLog.shouldNotBeFlooded(daemon);

      // when
      disk.free();

      // then
      health.awaitServing(Traffic.SOON);
      assertThat(health.changes()).as("health %s", health.seen()).isEqualTo(2);
      traffic.awaitAcked(100);
      traffic.finish();
    }
  }

  @Test
  void shouldGoOnInAnotherFileWhenOneCannotGrow() {
    // given
    Need.that(Commands.isThere("prlimit"), "to limit the size of files takes prlimit (util-linux)");
    disks.dataInMemory(64);
    Daemon daemon = disks.start(Map.of());
    try (Traffic traffic = new Traffic(daemon, 2_000, "one", "two")) {
      traffic.awaitAcked(50);

      // when
      limitFileSize(daemon, "200000");

      // then the log goes on, though DuckDB does not
      traffic.awaitAcked(200);
      traffic.shouldBeFollowed();

      // when
      limitFileSize(daemon, "unlimited");

      // then
      traffic.finish();
      traffic.report("LogDiskIT, files of limited size");
    }
  }

  /** Sets the soft limit, so that it can be taken back. */
  private static void limitFileSize(Daemon daemon, String bytes) {
    String pid = String.valueOf(daemon.pid());
    Commands.run(List.of("prlimit", "--pid", pid, "--fsize=" + bytes + ":unlimited"));
  }

  @Test
  void shouldKeepWhatWasAckedWhenForcesFail() {
    try (Traffic traffic = restartAfterForcesFailed("fsync")) {
      traffic.shouldHoldWhatWasAckedAndSeen();
      traffic.finish();
      traffic.report("LogDiskIT, forces fail");
    }
  }

  @Test
  void shouldKeepAWholePartWhenForcesFailAfterTheAcknowledgement() {
    try (Traffic traffic = restartAfterForcesFailed("async")) {
      traffic.shouldHoldAPrefixOfWhatWasAcked();
    }
  }

  /** On a disk that takes every write, and then has no room to keep it. */
  private Traffic restartAfterForcesFailed(String durability) {
    // given
    disks.dataInMemory(64);
    SmallDisk below = disks.elsewhere(12);
    SmallDisk disk = disks.onExt4("log", 64, below);
    Daemon daemon = disks.start(Map.of("durability", durability, "disk-reserve-bytes", "1048576"));
    HealthWatch health = new HealthWatch(daemon);
    OldRun old = OldRun.make(daemon);
    Traffic traffic = new Traffic(daemon, 2_000, "one", "two");
    traffic.awaitAcked(50);

    // when
    below.fill();
    health.awaitNotServing(Traffic.SOON);

    // then
    old.shouldBeReadable();
    traffic.shouldBeFollowed();
    DaemonLog.shouldNotBeFlooded(daemon);

    // when the disk is repaired
    daemon.kill9();
    traffic.daemonIsGone();
    below.free();
    disk.remount();
    daemon.restart();
    return traffic;
  }
}
