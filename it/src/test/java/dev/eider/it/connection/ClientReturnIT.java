package dev.eider.it.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.RunPublisher;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Scale;
import dev.eider.it.connection.FaultyNetwork.Way;
import dev.eider.it.testkit.History;
import dev.eider.v1.Run;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Java client notices that its connection is of no use, and goes on over another. */
@Timeout(240)
class ClientReturnIT {
  private static final Duration SOON = Duration.ofSeconds(100);
  private static final boolean WITH_ONE_WAY_STALLS = Scale.of("eider.it.oneWayStalls", 0, 1) > 0;

  @RegisterExtension
  static final DaemonExtension EXTENSION =
      new DaemonExtension().set("keepalive-ms", 10_000).set("keepalive-timeout-ms", 500);

  private final Daemon daemon = EXTENSION.daemon();

  @Test
  void shouldComeBackWhateverHappens() {
    // given a client behind a network of its own for each fault
    List<Scene> scenes = new ArrayList<>();
    scenes.add(new Scene("lost-both-ways", net -> net.swallow(Way.TO_DAEMON, Way.TO_CLIENT)));
    scenes.add(new Scene("lost-to-client", net -> net.swallow(Way.TO_CLIENT)));
    scenes.add(new Scene("stalled-to-client", net -> net.stall(Way.TO_CLIENT)));
    scenes.add(new Scene("reset", FaultyNetwork::cut));
    scenes.add(new Scene("accepted-and-silent", ClientReturnIT::acceptAndSayNothing));
    if (WITH_ONE_WAY_STALLS) {
      // The daemon notices first, and the client after it: these take twice the time.
      scenes.add(new Scene("lost-to-daemon", net -> net.swallow(Way.TO_DAEMON)));
      scenes.add(new Scene("stalled-to-daemon", net -> net.stall(Way.TO_DAEMON)));
    }
    scenes.forEach(Scene::awaitFlow);

    // when
    scenes.forEach(Scene::strike);

    // then each goes on over another connection, and nothing is missing or double
    scenes.stream()
        .map(scene -> CompletableFuture.runAsync(scene::shouldGoOn, scene.thread()))
        .toList()
        .forEach(CompletableFuture::join);
    scenes.forEach(Scene::close);
  }

  private static void acceptAndSayNothing(FaultyNetwork network) {
    int before = network.accepted.get();
    network.mute = true;
    network.cut();
    Awaitility.await("a connection that gets no answer")
        .atMost(SOON)
        .until(() -> network.accepted.get() > before);
    network.mute = false;
  }

  /** One fault, and a client that publishes, follows and calls through it. */
  private final class Scene {
    private final String name;
    private final Consumer<FaultyNetwork> fault;
    private final FaultyNetwork network = new FaultyNetwork(daemon.target());
    private final EiderClient client = Clients.connect(network.address());
    private final RunPublisher runPublisher;
    private final ClientRun run;
    private final CompletableFuture<Run> call = new CompletableFuture<>();
    private long seqAtFault;
    private long faultNanos;

    Scene(String name, Consumer<FaultyNetwork> fault) {
      this.name = name;
      this.fault = fault;
      runPublisher = client.publisher(name, Clients.SMALL_BATCHES);
      run = ClientRun.start(new History(), name, runPublisher::publish, client);
    }

    void awaitFlow() {
      run.awaitSeq(50, SOON);
    }

    void strike() {
      seqAtFault = run.lastSeq;
      faultNanos = System.nanoTime();
      fault.accept(network);
      call.completeAsync(() -> client.getRun(name), thread());
    }

    void shouldGoOn() {
      Awaitility.await(name + ": another connection")
          .atMost(SOON)
          .until(() -> network.accepted.get() > 1);
      assertThat(call.join().getRunId()).isEqualTo(name);
      run.awaitSeq(seqAtFault + 300, SOON);
      System.out.printf(
          "ClientReturnIT: %s, 300 events further after %.1f s%n",
          name, (System.nanoTime() - faultNanos) / 1e9);
      run.shouldEndWell(runPublisher, daemon, SOON);
    }

    void close() {
      client.close();
      network.close();
    }

    Executor thread() {
      return body -> FaultyNetwork.start("scene-" + name, body);
    }
  }
}
