package dev.eider.it.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.Scale;
import dev.eider.it.Seed;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The disk fills up and has space again while clients publish, fork and close and readers follow,
 * and sometimes the daemon is killed on top of it: the history keeps every {@link Rule}.
 */
@Timeout(3600)
class FullDiskHistoryIT {
  private static final int FILLS = Scale.of("eider.it.diskFills", 2, 50);
  private static final int DISK_MEBIBYTES = 128;

  private final Path directory = RepositoryRoot.workDirectory("FullDiskHistoryIT");
  private final Random random = Seed.random(FullDiskHistoryIT.class);
  private final Tally tally = new Tally();

  @Test
  void shouldKeepItsPromisesWhenItsDiskIsFull() {
    Directories.empty(directory.resolve("tmp"));
    try (MemoryDisk disk = new MemoryDisk(directory.resolve("data"), DISK_MEBIBYTES)) {
      Daemon daemon =
          Daemon.start(
              directory,
              List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
              Map.of("grace-ms", "300", "segment-bytes-max", "1048576"));
      try (daemon;
          Episode episode = new Episode(daemon, "full", random, tally)) {
        for (int fill = 0; fill < FILLS; fill++) {
          fillAndFree(disk, episode);
        }
        episode.shouldHold();
      } catch (AssertionError broken) {
        throw new AssertionError(broken.getMessage() + daemon.logEnd(), broken);
      }
    }
    Directories.delete(directory);
    System.out.printf(
        "FullDiskHistoryIT: filled %d times: %d tries found it full, %s%n",
        FILLS, tally.full.get(), tally);
    assertThat(tally.full.get()).as("tries that found the disk full").isPositive();
    assertThat(tally.producersLost.get()).as("producers that the daemon forgot").isZero();
  }

  private void fillAndFree(MemoryDisk disk, Episode episode) {
    episode.awaitAcks(1 + random.nextInt(60));
    disk.fill();
    episode.awaitFull(1 + random.nextInt(20));
    if (random.nextInt(3) > 0) {
      disk.free();
      return;
    }
    episode.kill(disk::free);
  }
}
