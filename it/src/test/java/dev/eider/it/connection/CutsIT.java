package dev.eider.it.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.MultiRunSink;
import dev.eider.client.RunPublisher;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Scale;
import dev.eider.it.Seed;
import dev.eider.it.connection.FaultyNetwork.Way;
import dev.eider.it.testkit.History;
import dev.eider.it.testkit.RuleBook;
import dev.eider.v1.RunOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The connections of publishers and followers are cut at random moments, again and again, and the
 * daemon is stopped for a while, killed, and restarted: each event is stored once, in order, where
 * it was said to be, and each follower sees all of them.
 */
@Timeout(1_800)
class CutsIT {
  private static final int CUTS = Scale.of("eider.it.cuts", 20, 1_000);
  private static final int PAUSED_SECONDS = Scale.of("eider.it.pausedSeconds", 3, 20);
  private static final int ACKS_BETWEEN_MAX = 200;
  private static final int TORN_BYTES_MAX = 3_000;
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final List<String> ALONE = List.of("cut-1", "cut-2");
  private static final List<String> IN_SINK = List.of("cut-3", "cut-4", "cut-5");

  @RegisterExtension
  static final DaemonExtension EXTENSION = new DaemonExtension().set("tail-bytes-max", 64 << 10);

  private final Daemon daemon = EXTENSION.daemon();
  private final Random random = Seed.random(CutsIT.class);
  private final History history = new History();
  private final List<ClientRun> working = new ArrayList<>();

  @Test
  void shouldStoreEachEventOnceThroughAnyNumberOfCuts() {
    try (FaultyNetwork network = new FaultyNetwork(daemon.target());
        EiderClient publishing = Clients.connect(network.address());
        EiderClient following = Clients.connect(network.address())) {
      // given
      network.delayMs = 1;
      List<RunPublisher> publishers =
          ALONE.stream().map(run -> publishing.publisher(run, Clients.SMALL_BATCHES)).toList();
      publishers.forEach(
          p -> working.add(ClientRun.start(history, p.runId(), p::publish, following)));
      MultiRunSink sink = publishing.multiRunSink(Clients.SMALL_BATCHES);
      for (String run : IN_SINK) {
        working.add(ClientRun.start(history, run, event -> sink.accept(run, event), following));
      }

      // when
      for (int cut = 0; cut < CUTS; cut++) {
        awaitAcks(random.nextInt(ACKS_BETWEEN_MAX));
        cut(network);
        if (cut % 10 == 4) {
          bePausedOrKilled(cut);
        }
      }

      // then everything is acknowledged, while the connections are still being cut
      working.forEach(ClientRun::stop);
      cut(network);
      working.forEach(run -> run.awaitAcks(SOON));
      publishers.forEach(RunPublisher::close);
      cut(network);
      ALONE.forEach(run -> publishing.closeRun(run, RunOutcome.RUN_OUTCOME_COMPLETED));
      sink.close();
      working.forEach(run -> run.recordFinalLog(daemon.channel(), SOON));
      RuleBook.check(history);
      report(network);
    }
  }

  private void awaitAcks(int more) {
    long enough = ackCount() + more;
    Awaitility.await(more + " acknowledgements more")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> ackCount() >= enough || working.stream().anyMatch(ClientRun::hasFailed));
    working.stream().filter(ClientRun::hasFailed).forEach(run -> run.awaitAcks(SOON));
  }

  /** Is stopped for longer than the clients' keep-alive takes, or dies and comes back. */
  private void bePausedOrKilled(int cut) {
    if (cut % 20 == 4) {
      daemon.pause();
      Awaitility.await("the pause")
          .pollDelay(Duration.ofSeconds(PAUSED_SECONDS))
          .atMost(SOON)
          .until(() -> true);
      daemon.goOn();
    } else if (cut % 40 == 14) {
      daemon.kill9();
      daemon.restart();
    } else {
      assertThat(daemon.terminate(20)).isEqualTo(143);
      daemon.restart();
    }
  }

  /** Does something bad to some or all connections. */
  private void cut(FaultyNetwork network) {
    List<Link> links = network.links();
    if (links.isEmpty()) {
      return;
    }
    Link link = links.get(random.nextInt(links.size()));
    Way way = random.nextBoolean() ? Way.TO_DAEMON : Way.TO_CLIENT;
    switch (random.nextInt(5)) {
      case 0 -> network.cut();
      case 1 -> link.reset();
      case 2 -> link.finish();
      case 3 -> {
        network.stall(way);
        link.reset();
        network.cut();
      }
      default -> links.forEach(each -> each.pipe(way).tearAfter(random.nextInt(TORN_BYTES_MAX)));
    }
  }

  private long ackCount() {
    return working.stream().mapToLong(run -> run.acked.get()).sum();
  }

  private void report(FaultyNetwork network) {
    System.out.printf(
        "CutsIT: %d cuts, %d connections, %d events, none lost, none double%n",
        CUTS, network.accepted.get(), ackCount());
  }
}
