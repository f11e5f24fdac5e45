package dev.eider.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.RunCalls;
import dev.eider.it.Scale;
import dev.eider.it.Seed;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Rounds of hostile calls and connections, on every method and below. In each round somebody decent
 * publishes and reads without noticing; in the end nothing is left behind, and every run holds
 * whole requests only. {@code -Deider.it.fuzz=N} sets the rounds.
 */
@Timeout(7200)
class HostileInputIT {
  private static final int ROUNDS = Scale.of("eider.it.fuzz", 4, 250);
  private static final int CALLS = 300;
  private static final int CALLS_PER_SOCKET = 5;
  private static final int SOCKETS_HELD = Scale.of("eider.it.fuzz.sockets", 100, 1_000);
  private static final int WAIT_S = 120;

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
  void shouldOutliveHostileInput() throws InterruptedException {
    // given
    long controlled = decentRound("warm-up");
    Vitals start = Vitals.of(daemon);

    // when
    try (Fuzzer fuzzer = new Fuzzer(random, runIds, verdicts, ledger)) {
      for (int round = 1; round <= ROUNDS; round++) {
        controlled += round(round, fuzzer);
      }
    }

    // then
    new RunCalls(daemon).awaitReaped(Duration.ofSeconds(WAIT_S));
    Vitals.awaitLike(start, daemon, Duration.ofSeconds(WAIT_S));
    Aftermath aftermath = new Aftermath(daemon);
    int runs = aftermath.checkRuns(ledger);
    System.out.printf(
        "%d rounds, %d runs, %d hostile events stored, %d decent ones%n%s at first %s%n at last  %s%n",
        ROUNDS, runs, ledger.acceptedEvents(), controlled, verdicts, start, Vitals.of(daemon));
    assertThat(daemon.terminate(WAIT_S)).as("exit code%s", daemon.logEnd()).isEqualTo(143);
    aftermath.checkLog();
    aftermath.checkFile();
  }

  private int decentRound(String name) {
    try (Control control = new Control(daemon, name)) {
      return control.finish();
    }
  }

  private int round(int round, Fuzzer fuzzer) throws InterruptedException {
    runIds.clear();
    for (int i = 0; i < 5; i++) {
      runIds.add("r" + round + "-" + i);
    }
    ManagedChannel channel =
        Grpc.newChannelBuilder(daemon.target(), InsecureChannelCredentials.create())
            .maxInboundMessageSize(64 << 20)
            .build();
    try (Control control = new Control(daemon, "r" + round);
        SocketAbuse sockets = new SocketAbuse(daemon.target(), random, verdicts, SOCKETS_HELD)) {
      for (int i = 0; i < CALLS; i++) {
        if (i % CALLS_PER_SOCKET == 0) {
          sockets.once();
          sockets.trickle();
        }
        fuzzer.call(channel);
      }
      fuzzer.awaitJudged();
      assertThat(daemon.isAlive()).as("alive%s", daemon.logEnd()).isTrue();
      int events = control.finish();
      System.out.printf(
          "round %d of %d: %d decent events, %d hostile ones so far%n",
          round, ROUNDS, events, ledger.acceptedEvents());
      return events;
    } finally {
      channel.shutdownNow();
    }
  }
}
