package dev.eider.it.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Commands;
import dev.eider.it.Daemon;
import dev.eider.it.HealthWatch;
import dev.eider.it.Need;
import dev.eider.it.testkit.grpc.Play;
import dev.eider.it.testkit.workload.Tally;
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
    HealthWatch health = new HealthWatch(daemon.channel());
    try (Play play = disks.play("run-", TEXT_CHARS)) {
      play.await(Tally.EVENTS, 100);

      // when the log needs its next file
      disk.fillInodes();
      play.await(Tally.FULL, 50);

      // then
      health.awaitNotServing(Play.SOON);
      play.shouldBeFollowed();
      disks.shouldNotBeFlooded();

      // when
      disk.free();

      // then
      health.awaitServing(Play.SOON);
      assertThat(health.seen()).as("two changes").hasSize(3);
      play.await(Tally.EVENTS, 100);
      play.shouldHold();
    }
  }

  @Test
  void shouldGoOnInAnotherFileWhenOneCannotGrow() {
    // given
    Need.that(Commands.isThere("prlimit"), "to limit the size of files takes prlimit (util-linux)");
    disks.dataInMemory(64);
    Daemon daemon = disks.start(Map.of());
    try (Play play = disks.play("run-", 2_000)) {
      play.await(Tally.EVENTS, 50);

      // when
      limitFileSize(daemon, "200000");

      // then the log goes on, though DuckDB does not
      play.await(Tally.EVENTS, 200);
      play.shouldBeFollowed();

      // when
      limitFileSize(daemon, "unlimited");

      // then
      play.shouldHold();
    }
  }

  /** Sets the soft limit, so that it can be taken back. */
  private static void limitFileSize(Daemon daemon, String bytes) {
    String pid = String.valueOf(daemon.pid());
    Commands.run("prlimit", "--pid", pid, "--fsize=" + bytes + ":unlimited");
  }

  @Test
  void shouldKeepWhatWasAckedWhenForcesFail() {
    try (Play play = restartAfterForcesFailed("fsync")) {
      play.shouldHold();
    }
  }

  @Test
  void shouldKeepAWholePartWhenForcesFailAfterTheAcknowledgement() {
    try (Play play = restartAfterForcesFailed("async")) {
      play.shouldHoldAPrefix();
    }
  }

  /** On a disk that takes every write, and then has no room to keep it. */
  private Play restartAfterForcesFailed(String durability) {
    // given
    disks.dataInMemory(64);
    SmallDisk below = disks.elsewhere(12);
    SmallDisk disk = disks.onExt4("log", 64, below);
    Daemon daemon = disks.start(Map.of("durability", durability, "disk-reserve-bytes", "1048576"));
    HealthWatch health = new HealthWatch(daemon.channel());
    OldRun old = OldRun.make(daemon);
    Play play = disks.play("run-", 2_000);
    play.await(Tally.EVENTS, 50);

    // when
    below.fill();
    health.awaitNotServing(Play.SOON);

    // then
    old.shouldBeReadable();
    play.shouldBeFollowed();
    disks.shouldNotBeFlooded();

    // when the disk is repaired
    daemon.kill9();
    below.free();
    disk.remount();
    daemon.restart();
    play.isBack();
    return play;
  }
}
