package dev.eider.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.Scale;
import dev.eider.it.Seed;
import dev.eider.it.disk.SmallDisk;
import dev.eider.it.mirror.SqliteMirror;
import dev.eider.it.testkit.Rule;
import dev.eider.it.testkit.grpc.Play;
import dev.eider.it.testkit.workload.Habits;
import dev.eider.it.testkit.workload.Tally;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Everybody at once, and everything that may go wrong: clients publish, one request after the other
 * and in rows on a PublishStream, fork, close, delete and import; readers follow, read cold and
 * mirror; the daemon is killed with kill -9, also while it starts, is paused or has a full disk; it
 * is paused for longer than its clients wait; its disk fills up and has room again; it rewrites its
 * file all the time; the mirror is killed too. The history keeps every {@link Rule}.
 */
@Timeout(7_200)
class ChaosIT {
  private static final int ROUNDS = Scale.of("eider.it.chaos", 1, 40);
  private static final int DISK_MEBIBYTES = 192;
  private static final int ACKS_MAX = 200;

  private static final List<String> JVM =
      List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final Map<String, String> SETTINGS =
      Map.of(
          "grace-ms", "300",
          "segment-bytes-max", "1048576",
          "tail-bytes-max", "1048576",
          "persist-linger-ms", "50",
          "checkpoint-bytes", "1048576",
          "checkpoint-idle-ms", "100",
          "rewrite-wasted-percent", "1",
          "rewrite-wasted-bytes-min", "262144",
          "disk-reserve-bytes", "1048576");

  /** What is done to the daemon or its mirror, and how often in a round. */
  private enum Blow {
    KILL(6),
    KILL_WHILE_PAUSED(1),
    KILL_TWICE(1),
    PAUSE(2),
    FILL(2),
    KILL_WHILE_FULL(1),
    KILL_MIRROR(3);

    private final int times;

    Blow(int times) {
      this.times = times;
    }
  }

  private final Random random = Seed.random(ChaosIT.class);
  private final Path directory = RepositoryRoot.workDirectory("ChaosIT");
  private final Tally all = new Tally();
  private SmallDisk disk;
  private Daemon daemon;
  private SqliteMirror mirror;
  private Play play;

  @Test
  void shouldKeepItsPromises() {
    if (!SmallDisk.isPossible()) {
      System.out.println("skipped: full disks, since mounting small ones takes root");
    }
    for (int round = 1; round <= ROUNDS; round++) {
      playRound(round);
    }
    System.out.printf("ChaosIT, %d rounds:%n%s", ROUNDS, all);
    shouldHaveHappened();
  }

  private void playRound(int round) {
    Directories.empty(directory);
    disk = SmallDisk.isPossible() ? mount() : null;
    daemon = Daemon.start(directory, JVM, SETTINGS);
    try (SqliteMirror begun = new SqliteMirror(directory, daemon);
        Play entered = new Play(daemon, "r" + round, Habits.USUAL, random)) {
      mirror = begun;
      play = entered;
      Importer importer = new Importer(play.stage, daemon.target(), directory);
      play.write(importer);
      for (Blow blow : blows()) {
        play.await(Tally.ACKED, 1 + random.nextInt(ACKS_MAX));
        strike(blow);
      }
      play.await(Tally.ACKED, 50);
      importer.stop();
      play.shouldHold(() -> mirror.record(daemon, play.stage.history()));
      all.addAll(play.tally());
    } catch (AssertionError | RuntimeException broken) {
      throw new AssertionError(
          "round " + round + ": " + broken.getMessage() + daemon.logEnd(), broken);
    } finally {
      daemon.close();
      if (disk != null) {
        disk.close();
      }
    }
    Directories.delete(directory);
  }

  private SmallDisk mount() {
    return SmallDisk.tmpfs(directory.resolve("data"), DISK_MEBIBYTES);
  }

  private List<Blow> blows() {
    List<Blow> blows = new ArrayList<>();
    for (Blow blow : Blow.values()) {
      blows.addAll(Collections.nCopies(blow.times, blow));
    }
    Collections.shuffle(blows, random);
    return blows;
  }

  private void strike(Blow blow) {
    switch (blow) {
      case KILL -> play.kill(() -> {});
      case KILL_WHILE_PAUSED -> {
        daemon.pause();
        play.await(Tally.DOUBTS, 1 + random.nextInt(4));
        play.kill(() -> {});
      }
      case KILL_TWICE -> play.kill(() -> daemon.dieStarting(100 + random.nextInt(1_000)));
      case PAUSE -> {
        daemon.pause();
        play.await(Tally.DOUBTS, 1 + random.nextInt(8));
        daemon.goOn();
      }
      case FILL -> {
        fill();
        free();
      }
      case KILL_WHILE_FULL -> {
        fill();
        play.kill(this::free);
      }
      case KILL_MIRROR -> mirror.killAndStart();
    }
    all.add("blows: " + blow);
  }

  private void fill() {
    if (disk != null) {
      disk.fill();
      play.await(Tally.FULL, 1 + random.nextInt(20));
    }
  }

  private void free() {
    if (disk != null) {
      disk.free();
    }
  }

  /** Else the round was too quiet to prove anything. */
  private void shouldHaveHappened() {
    List<String> happened =
        List.of(
            Tally.DOUBTS,
            Tally.RETRIES,
            Tally.REPEATED,
            "forks",
            "runs closed",
            "runs deleted",
            "files imported",
            "streams cut",
            "mirrors cut off",
            "timelines read");
    happened.forEach(what -> assertThat(all.count(what)).as(what).isPositive());
    assertThat(all.count(Tally.PRODUCERS_LOST)).as("producers that the daemon forgot").isZero();
  }
}
