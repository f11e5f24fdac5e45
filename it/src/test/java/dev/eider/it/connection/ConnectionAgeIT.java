package dev.eider.it.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.RunPublisher;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.Scale;
import dev.eider.it.testkit.History;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connections that may only get so old, or stay idle for so long. */
@Timeout(240)
class ConnectionAgeIT {
  private static final Duration SOON = Duration.ofSeconds(120);
  private static final int CONNECTIONS = Scale.of("eider.it.agedConnections", 3, 40);
  private static final List<String> RUNS = List.of("aging-1", "aging-2");

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .set("connection-age-ms", 1_000)
          .set("connection-grace-ms", 500)
          .set("connection-idle-ms", 1_000);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldMoveStreamsToNewConnectionsWithoutGapOrRepeat() {
    try (FaultyNetwork network = new FaultyNetwork(daemon.target());
        EiderClient client = Clients.connect(network.address())) {
      // given
      List<RunPublisher> publishers =
          RUNS.stream().map(run -> client.publisher(run, Clients.SMALL_BATCHES)).toList();
      List<ClientRun> working =
          publishers.stream()
              .map(p -> ClientRun.start(new History(), p.runId(), p::publish, client))
              .toList();

      // when one connection after the other gets too old, and unary calls are made all along
      Awaitility.await(CONNECTIONS + " connections")
          .atMost(SOON)
          .until(
              () -> {
                client.serverInfo();
                return network.accepted.get() >= CONNECTIONS;
              });

      // then
      for (int i = 0; i < RUNS.size(); i++) {
        working.get(i).shouldEndWell(publishers.get(i), daemon, SOON);
      }

      // and an idle connection is given up, which nobody notices
      Awaitility.await("no connection").atMost(SOON).until(() -> network.links().isEmpty());
      assertThat(client.getRun(RUNS.get(0)).getHeadSeq()).isPositive();
    }
  }

  @Test
  void shouldEndAStreamThatOutlivesTheGraceWithUnavailable() {
    ManagedChannel channel = Clients.channel(daemon.target());
    RunReader reader = RunReader.fromStart(channel, "outlived");
    assertThat(reader.awaitEnd(SOON).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    RunReader resumed = RunReader.resume(channel, "outlived", reader.checker());
    runs.publish("outlived", Events.metrics(3, 1));
    runs.close("outlived");
    resumed.awaitRunClosed(SOON).shouldHaveAllUpTo(3);
    channel.shutdownNow();
  }
}
