package dev.eider.it.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Scale;
import dev.eider.it.Seed;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * kill -9, SIGSTOP and SIGCONT while clients publish, fork and close and readers follow, again and
 * again: the history that they write down keeps every {@link Rule}.
 */
@Timeout(7200)
class CrashHistoryIT {
  private static final int KILLS = Scale.of("eider.it.kills", 15, 500);
  private static final int PAUSES = Scale.of("eider.it.pauses", 3, 100);
  private static final int ROUNDS_PER_EPISODE = 25;
  private static final int ACKS_PER_ROUND_MAX = 100;

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .jvm("-XX:TieredStopAtLevel=1")
          .jvm("-XX:+UseSerialGC")
          .set("grace-ms", 300)
          .set("segment-bytes-max", 1 << 20)
          .set("tail-bytes-max", 1 << 20)
          .set("checkpoint-bytes", 4 << 20);

  private final Daemon daemon = EXTENSION.daemon();
  private final Random random = Seed.random(CrashHistoryIT.class);
  private final Tally tally = new Tally();

  @AfterEach
  void startAgain() {
    if (!daemon.isAlive()) {
      daemon.restart();
    } else {
      daemon.goOn();
    }
  }

  @Test
  void shouldKeepItsPromisesWhenKilled() {
    play("killed", KILLS, this::liveAndDie);

    assertThat(tally.retries.get()).as("some request was under way at a kill").isPositive();
  }

  @Test
  void shouldKeepItsPromisesWhenPaused() {
    play("paused", PAUSES, this::pause);

    assertThat(tally.doubts.get()).as("some call was under way at a pause").isPositive();
  }

  private void play(String what, int rounds, Consumer<Episode> round) {
    for (int done = 0; done < rounds; ) {
      startAgain();
      int until = Math.min(rounds, done + ROUNDS_PER_EPISODE);
      try (Episode episode = new Episode(daemon, what + done, random, tally)) {
        for (; done < until; done++) {
          round.accept(episode);
        }
        episode.shouldHold();
      }
      System.out.printf("CrashHistoryIT: %s %d times: %s%n", what, done, tally);
      assertThat(tally.producersLost.get()).as("producers that the daemon forgot").isZero();
    }
  }

  /** Some lives are paused before they end; some end right after they began, or before. */
  private void liveAndDie(Episode episode) {
    if (random.nextInt(8) > 0) {
      episode.awaitAcks(1 + random.nextInt(ACKS_PER_ROUND_MAX));
    }
    if (random.nextInt(4) == 0) {
      daemon.pause();
      episode.awaitDoubts(1 + random.nextInt(4));
      if (random.nextBoolean()) {
        daemon.goOn();
        episode.awaitAcks(random.nextInt(20));
      }
    }
    episode.kill(this::dieOnceMoreSometimes);
  }

  private void dieOnceMoreSometimes() {
    if (random.nextInt(5) == 0) {
      daemon.dieStarting(100 + random.nextInt(1000));
    }
  }

  /** Pauses for longer than some calls wait. */
  private void pause(Episode episode) {
    episode.awaitAcks(1 + random.nextInt(ACKS_PER_ROUND_MAX));
    daemon.pause();
    episode.awaitDoubts(1 + random.nextInt(8));
    daemon.goOn();
  }
}
