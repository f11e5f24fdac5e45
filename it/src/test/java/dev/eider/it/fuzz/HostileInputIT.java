package dev.eider.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.RunCalls;
import dev.eider.it.Scale;
import dev.eider.it.Seed;
import dev.eider.it.testkit.grpc.Play;
import dev.eider.it.testkit.workload.Habits;
import dev.eider.it.testkit.workload.Tally;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Rounds of hostile calls and connections, on every method and below. In each round decent clients
 * publish and read without noticing; in the end nothing is left behind, and every run holds whole
 * requests only. {@code -Deider.it.fuzz=N} sets the rounds.
 */
@Timeout(7200)
class HostileInputIT {
  private static final int ROUNDS = Scale.of("eider.it.fuzz", 4, 250);
  private static final int CALLS = 300;
  private static final int CALLS_PER_SOCKET = 5;
  private static final int SOCKETS_HELD = Scale.of("eider.it.fuzz.sockets", 100, 1_000);
  private static final int WAIT_S = 120;
  private static final int DECENT_EVENTS_MIN = 20;

  /** What ids of runs begin with that nobody hostile knows. */
  static final String DECENT_PREFIX = "decent-";

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .likeLauncher()
          .jvm("-XX:+ExitOnOutOfMemoryError")
          .set("grace-ms", 200)
          .set("heartbeat-ms", 500);

  private final Daemon daemon = EXTENSION.daemon();
  private final Random random = Seed.random(HostileInputIT.class);
  private final Verdicts verdicts = new Verdicts();
  private final Ledger ledger = new Ledger();
  private final List<String> runIds = new ArrayList<>();

  @Test
  void shouldOutliveHostileInput() throws Exception {
    // given
    long decent = besidesDecentClients("warm-up", () -> null);
    Vitals start = Vitals.of(daemon);

    // when
    try (Fuzzer fuzzer = new Fuzzer(random, runIds, verdicts, ledger)) {
      for (int round = 1; round <= ROUNDS; round++) {
        int number = round;
        decent += besidesDecentClients("r" + round, () -> round(number, fuzzer));
      }
    }

    // then
    new RunCalls(daemon).awaitReaped(Duration.ofSeconds(WAIT_S));
    Vitals.awaitLike(start, daemon, Duration.ofSeconds(WAIT_S));
    Aftermath aftermath = new Aftermath(daemon);
    int runs = aftermath.checkRuns(ledger);
    System.out.printf(
        "%d rounds, %d runs, %d hostile events stored, %d decent ones%n%sat first %s, at last %s%n",
        ROUNDS, runs, ledger.acceptedEvents(), decent, verdicts, start, Vitals.of(daemon));
    assertThat(daemon.terminate(WAIT_S)).as("exit code%s", daemon.logEnd()).isEqualTo(143);
    aftermath.checkLog();
    aftermath.checkFile();
  }

  /** Lets decent clients, on connections of their own, publish and read beside something else. */
  private long besidesDecentClients(String name, Callable<Void> others) throws Exception {
    Habits habits = Habits.publishing(1, 400, 2);
    Random own = new Random(name.hashCode());
    try (Play play = new Play(daemon, DECENT_PREFIX + name, habits, own)) {
      others.call();
      play.await(Tally.EVENTS, DECENT_EVENTS_MIN);
      play.shouldHoldMeanwhile();
      return play.tally().count(Tally.EVENTS);
    }
  }

  private Void round(int round, Fuzzer fuzzer) throws InterruptedException {
    runIds.clear();
    for (int i = 0; i < 5; i++) {
      runIds.add("r" + round + "-" + i);
    }
    ManagedChannel channel =
        Grpc.newChannelBuilder(daemon.target(), InsecureChannelCredentials.create())
            .maxInboundMessageSize(64 << 20)
            .build();
    try (SocketAbuse sockets = new SocketAbuse(daemon.target(), random, verdicts, SOCKETS_HELD)) {
      for (int i = 0; i < CALLS; i++) {
        if (i % CALLS_PER_SOCKET == 0) {
          sockets.once();
          sockets.trickle();
        }
        fuzzer.call(channel);
      }
      fuzzer.awaitJudged();
      assertThat(daemon.isAlive()).as("alive%s", daemon.logEnd()).isTrue();
      System.out.printf(
          "round %d of %d: %d hostile events so far%n", round, ROUNDS, ledger.acceptedEvents());
      return null;
    } finally {
      channel.shutdownNow();
    }
  }
}
