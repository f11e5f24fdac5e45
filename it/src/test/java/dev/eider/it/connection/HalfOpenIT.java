package dev.eider.it.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.RunPublisher;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.StreamChecker;
import dev.eider.it.connection.FaultyNetwork.Way;
import dev.eider.v1.Event;
import dev.eider.v1.Run;
import dev.eider.v1.SubscribeResponse;
import io.grpc.ManagedChannel;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Peers that are gone without a word: the daemon releases what it holds for them, and the Java
 * client goes on over another connection. Peers that are only slow or idle keep theirs.
 */
@Timeout(180)
class HalfOpenIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int SUBSCRIBERS = 10;

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension()
          .set("keepalive-ms", 500)
          .set("keepalive-timeout-ms", 500)
          .set("heartbeat-ms", 200);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldReleaseSubscribersThatAreGoneWithoutAWord() {
    try (FaultyNetwork network = new FaultyNetwork(daemon.target())) {
      // given
      runs.publish("gone", Events.metrics(1, 1));
      long before = daemon.counters().getSubscriptions();
      List<ManagedChannel> channels =
          IntStream.range(0, SUBSCRIBERS)
              .mapToObj(i -> Clients.channel(network.address()))
              .toList();
      channels.forEach(channel -> RunReader.fromStart(channel, "gone").awaitSeq(1, SOON));
      assertThat(daemon.counters().getSubscriptions()).isEqualTo(before + SUBSCRIBERS);

      // when they are gone while much is published
      network.swallow(Way.TO_DAEMON, Way.TO_CLIENT);
      Event large = Events.prompt(0, "x".repeat(100_000));
      for (int i = 0; i < 50; i++) {
        runs.publish("gone", large);
      }

      // then the daemon lets go of their streams and of their connections
      Awaitility.await("the streams end")
          .atMost(SOON)
          .until(() -> daemon.counters().getSubscriptions() == before);
      Awaitility.await("the connections end")
          .atMost(SOON)
          .until(() -> network.endedByDaemon() == SUBSCRIBERS);
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  @Test
  void shouldEndAConnectionThatNeverSpeaks() throws Exception {
    String[] target = daemon.target().split(":", 2);
    try (Socket silent = new Socket(target[0], Integer.parseInt(target[1]))) {
      silent.setSoTimeout((int) SOON.toMillis());
      InputStream in = silent.getInputStream();
      while (in.read() >= 0) {
        // What the daemon says first, and its good-bye.
      }
    }
  }

  @Test
  void shouldKeepASubscriberThatDoesNotReadForLong() {
    // given one that takes nothing, and one that shows how time goes by
    ManagedChannel channel = Clients.channel(daemon.target());
    RunReader stalled = RunReader.stalled(channel, "stalled");
    RunReader other = RunReader.fromStart(daemon.channel(), "stalled");
    Event large = Events.prompt(0, "x".repeat(100_000));
    for (int i = 0; i < 100; i++) {
      runs.publish("stalled", large);
    }

    // when many times the keepalive passes
    awaitHeartbeats(other, 15);

    // then it is still there and gets everything
    stalled.readOn();
    stalled.awaitSeq(100, SOON);
    Run closed = runs.close("stalled");
    stalled.awaitRunClosed(SOON).shouldHaveAllUpTo(closed.getHeadSeq());
    other.awaitRunClosed(SOON);
    channel.shutdownNow();
  }

  @Test
  void shouldKeepAnIdleStreamAliveThroughAnIdleTimeout() {
    try (FaultyNetwork network = new FaultyNetwork(daemon.target())) {
      // given
      network.idleMsMax(1_000);
      ManagedChannel channel = Clients.channel(network.address());
      RunReader idle = RunReader.fromStart(channel, "idle");

      // when
      awaitHeartbeats(idle, 15);

      // then
      assertThat(network.accepted()).as("connections").isEqualTo(1);
      runs.publish("idle", Events.metrics(1, 1));
      runs.close("idle");
      idle.awaitRunClosed(SOON).shouldHaveAllUpTo(1);
      channel.shutdownNow();
    }
  }

  private static void awaitHeartbeats(RunReader reader, int count) {
    Awaitility.await(count + " heartbeats")
        .atMost(SOON)
        .until(
            () ->
                reader.notices().stream().filter(SubscribeResponse::hasHeartbeat).count() >= count);
  }

  @Test
  void shouldBringTheJavaClientBackWhateverHappens() {
    // given a client behind a network of its own for each fault
    List<Scene> scenes =
        List.of(
            new Scene("lost-both-ways", net -> net.swallow(Way.TO_DAEMON, Way.TO_CLIENT)),
            new Scene("lost-to-daemon", net -> net.swallow(Way.TO_DAEMON)),
            new Scene("lost-to-client", net -> net.swallow(Way.TO_CLIENT)),
            new Scene("stalled-to-daemon", net -> net.stall(Way.TO_DAEMON)),
            new Scene("stalled-to-client", net -> net.stall(Way.TO_CLIENT)),
            new Scene("reset", FaultyNetwork::cut),
            new Scene("accepted-and-silent", HalfOpenIT::acceptAndSayNothing));
    scenes.forEach(Scene::awaitFlow);

    // when
    scenes.forEach(Scene::strike);

    // then each goes on over another connection, and nothing is missing or double
    scenes.forEach(Scene::shouldGoOn);
    scenes.forEach(Scene::close);
  }

  private static void acceptAndSayNothing(FaultyNetwork network) {
    int before = network.accepted();
    network.mute(true);
    network.cut();
    Awaitility.await("a connection that gets no answer")
        .atMost(SOON)
        .until(() -> network.accepted() > before);
    network.mute(false);
  }

  /** One fault, and a client that publishes, follows and calls through it. */
  private final class Scene {
    private final String name;
    private final Consumer<FaultyNetwork> fault;
    private final FaultyNetwork network = new FaultyNetwork(daemon.target());
    private final EiderClient client = Clients.connect(network.address());
    private final RunPublisher runPublisher;
    private final NumberedPublisher publisher;
    private final ClientFollower follower;
    private final List<CompletableFuture<Run>> calls = new ArrayList<>();
    private long seqAtFault;

    Scene(String name, Consumer<FaultyNetwork> fault) {
      this.name = name;
      this.fault = fault;
      runPublisher = client.publisher(name, Clients.SMALL_BATCHES);
      publisher = NumberedPublisher.start(name, runPublisher::publish);
      follower = ClientFollower.of(client, name);
    }

    void awaitFlow() {
      follower.awaitSeq(50, SOON);
    }

    void strike() {
      seqAtFault = follower.lastSeq();
      fault.accept(network);
      calls.add(CompletableFuture.supplyAsync(() -> client.getRun(name)));
    }

    void shouldGoOn() {
      Awaitility.await(name + ": another connection")
          .atMost(SOON)
          .until(() -> network.accepted() > 1);
      calls.forEach(call -> assertThat(call.join().getRunId()).isEqualTo(name));
      follower.awaitSeq(seqAtFault + 500, SOON);
      publisher.stop();
      long published = publisher.awaitAcks(SOON);
      runPublisher.close();
      runs.close(name);
      StreamChecker seen = follower.awaitRunClosed(SOON);
      seen.shouldHaveAllUpTo(published);
      follower.shouldHold(publisher);
    }

    void close() {
      client.close();
      network.close();
    }
  }
}
