package dev.eider.it.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.RunPublisher;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.RunCalls;
import dev.eider.it.Scale;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The daemon's process is stopped for a while, as by a debugger or a frozen machine. */
@Timeout(240)
class PausedDaemonIT {
  private static final int PAUSED_SECONDS = Scale.of("eider.it.pausedSeconds", 3, 20);
  private static final Duration SOON = Duration.ofSeconds(60);

  @RegisterExtension static final DaemonExtension EXTENSION = new DaemonExtension();

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldGoOnWhereItWasStopped() throws Exception {
    try (FaultyNetwork network = new FaultyNetwork(daemon.target());
        EiderClient client = Clients.connect(network.address())) {
      // given
      ClientFollower follower = ClientFollower.of(client, "paused");
      RunPublisher runPublisher = client.publisher("paused", Clients.SMALL_BATCHES);
      NumberedPublisher publisher = NumberedPublisher.start("paused", runPublisher::publish);
      follower.awaitSeq(100, SOON);

      // when
      signal("-STOP");
      Awaitility.await("the pause")
          .pollDelay(Duration.ofSeconds(PAUSED_SECONDS))
          .atMost(SOON)
          .until(() -> true);
      signal("-CONT");

      // then
      long seqAfterPause = publisher.ackCount();
      follower.awaitSeq(seqAfterPause + 300, SOON);
      publisher.stop();
      long published = publisher.awaitAcks(SOON);
      runPublisher.close();
      runs.close("paused");
      follower.awaitRunClosed(SOON).shouldHaveAllUpTo(published);
      follower.shouldHold(publisher);
      assertThat(daemon.isAlive()).isTrue();
      System.out.printf(
          "PausedDaemonIT: stopped for %d s, %d connections, %d events%n",
          PAUSED_SECONDS, network.accepted(), published);
    }
  }

  private void signal(String name) throws IOException, InterruptedException {
    List<String> command = Stream.of("kill", name, Long.toString(daemon.pid())).toList();
    assertThat(new ProcessBuilder(command).start().waitFor(10, TimeUnit.SECONDS)).isTrue();
  }
}
