package dev.eider.it.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.connection.FaultyNetwork.Way;
import dev.eider.v1.Event;
import dev.eider.v1.SubscribeResponse;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The daemon lets go of peers that are gone without a word, and of nobody else. The times are the
 * least that may be set.
 */
@Timeout(180)
class HalfOpenIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int SUBSCRIBERS = 10;
  private static final int LARGE = 100;

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .set("keepalive-ms", 10_000)
          .set("keepalive-timeout-ms", 500)
          .set("heartbeat-ms", 200);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);
  private final Event large = Events.prompt(0, "x".repeat(100_000));

  @Test
  void shouldNoticeWhoIsGoneAndKeepWhoIsThere() throws Exception {
    try (FaultyNetwork idleNetwork = new FaultyNetwork(daemon.target());
        FaultyNetwork network = new FaultyNetwork(daemon.target());
        Socket silent = connectAndSayNothing()) {
      // given an idle stream through a network that drops what is idle, and one that does not read
      idleNetwork.idleMsMax = 2_000;
      ManagedChannel idleChannel = Clients.channel(idleNetwork.address());
      RunReader idle = RunReader.fromStart(idleChannel, "idle");
      awaitHeartbeats(idle, 1);
      ManagedChannel stalledChannel = Clients.channel(daemon.target());
      RunReader stalled = RunReader.stalled(stalledChannel, "stalled");
      publishLarge("stalled");
      Awaitility.await().atMost(SOON).until(() -> subscriptions() == 2);

      // and subscribers that are gone while much is published
      runs.publish("gone", Events.metrics(1, 1));
      List<ManagedChannel> gone =
          IntStream.range(0, SUBSCRIBERS)
              .mapToObj(i -> Clients.channel(network.address()))
              .toList();
      gone.forEach(channel -> RunReader.fromStart(channel, "gone").awaitSeq(1, SOON));
      assertThat(subscriptions()).isEqualTo(2 + SUBSCRIBERS);
      network.swallow(Way.TO_DAEMON, Way.TO_CLIENT);
      publishLarge("gone");

      // then the daemon ends the streams and connections of those, and the one that never spoke
      Awaitility.await("streams end").atMost(SOON).until(() -> subscriptions() == 2);
      Awaitility.await("connections end")
          .atMost(SOON)
          .until(() -> network.endedByDaemon.get() == SUBSCRIBERS);
      shouldBeEnded(silent);

      // and keeps the others
      awaitHeartbeats(idle, 30);
      assertThat(idleNetwork.accepted.get()).as("connections of the idle stream").isEqualTo(1);
      runs.publish("idle", Events.metrics(1, 1));
      runs.close("idle");
      idle.awaitRunClosed(SOON).shouldHaveAllUpTo(1);
      runs.close("stalled");
      stalled.readOn();
      stalled.awaitRunClosed(SOON).shouldHaveAllUpTo(LARGE);
      gone.forEach(ManagedChannel::shutdownNow);
      idleChannel.shutdownNow();
      stalledChannel.shutdownNow();
    }
  }

  private Socket connectAndSayNothing() throws IOException {
    String[] target = daemon.target().split(":", 2);
    Socket silent = new Socket(target[0], Integer.parseInt(target[1]));
    silent.setSoTimeout((int) SOON.toMillis());
    return silent;
  }

  private static void shouldBeEnded(Socket silent) throws IOException {
    while (silent.getInputStream().read() >= 0) {
      // What the daemon says first, and its good-bye.
    }
  }

  private void publishLarge(String runId) {
    for (int i = 0; i < LARGE; i++) {
      runs.publish(runId, large);
    }
  }

  private long subscriptions() {
    return daemon.counters().getSubscriptions();
  }

  private static void awaitHeartbeats(RunReader reader, int count) {
    Awaitility.await(count + " heartbeats")
        .atMost(SOON)
        .until(
            () ->
                reader.notices().stream().filter(SubscribeResponse::hasHeartbeat).count() >= count);
  }
}
