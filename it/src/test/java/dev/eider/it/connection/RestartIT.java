package dev.eider.it.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.client.ClientConfig;
import dev.eider.client.EiderClient;
import dev.eider.client.EiderException;
import dev.eider.client.RunPublisher;
import dev.eider.client.RunSubscription;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.RawEnvelope;
import dev.eider.it.RunCalls;
import dev.eider.it.Scale;
import dev.eider.it.StreamChecker;
import dev.eider.v1.Run;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The daemon goes and comes back under many clients at once, which all go on without gap or repeat:
 * those that follow live, that read what is in DuckDB, that wait for a run, and that came while
 * nobody was there.
 */
@Timeout(900)
class RestartIT {
  private static final int CLIENTS = Scale.of("eider.it.stormClients", 15, 100);
  private static final int RESTARTS = Scale.of("eider.it.restarts", 2, 10);
  private static final int COLD_EVENTS = 10_000;
  private static final Duration SOON = Duration.ofSeconds(120);

  @RegisterExtension
  static final DaemonExtension EXTENSION = new DaemonExtension().set("tail-bytes-max", 0);

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldResumeEverything() {
    // given clients that follow one run, and two that publish to it
    List<EiderClient> clients =
        IntStream.range(0, CLIENTS).mapToObj(i -> Clients.connect(daemon.target())).toList();
    List<ClientFollower> followers =
        clients.stream().map(client -> ClientFollower.of(client, "storm")).toList();
    List<RunPublisher> publishers =
        clients.subList(0, 2).stream()
            .map(client -> client.publisher("storm", Clients.SMALL_BATCHES))
            .toList();
    List<NumberedPublisher> working =
        IntStream.range(0, 2)
            .mapToObj(i -> NumberedPublisher.start("p" + i, publishers.get(i)::publish))
            .toList();

    // and one that is in the middle of what DuckDB holds
    publishCold();
    RunSubscription cold = clients.get(2).subscribe("cold", 0);
    StreamChecker coldChecker = StreamChecker.after("cold", 0);
    read(cold, coldChecker, COLD_EVENTS / 10);

    // and one that waits for a run
    ClientFollower waiting = ClientFollower.of(clients.get(3), "later");

    // when the daemon goes and comes back
    for (int restart = 0; restart < RESTARTS; restart++) {
      long seq = working.get(0).ackCount() + 100;
      Awaitility.await("progress").atMost(SOON).until(() -> working.get(0).ackCount() > seq);
      if (restart % 2 == 0) {
        daemon.kill9();
      } else {
        assertThat(daemon.terminate(20)).isEqualTo(143);
      }
      daemon.restart();
      read(cold, coldChecker, COLD_EVENTS / 10);
    }

    // then all of them go on
    working.forEach(NumberedPublisher::stop);
    long published = working.stream().mapToLong(publisher -> publisher.awaitAcks(SOON)).sum();
    publishers.forEach(RunPublisher::close);
    runs.close("storm");
    for (ClientFollower follower : followers) {
      follower.awaitRunClosed(SOON).shouldHaveAllUpTo(published);
      working.forEach(follower::shouldHold);
    }
    runs.close("cold");
    read(cold, coldChecker, Integer.MAX_VALUE);
    coldChecker.shouldHaveAllUpTo(COLD_EVENTS);
    runs.publish("later", Events.metrics(3, 1));
    runs.close("later");
    waiting.awaitRunClosed(SOON).shouldHaveAllUpTo(3);
    clients.forEach(EiderClient::close);
    Awaitility.await("nothing is left of them")
        .atMost(SOON)
        .until(() -> daemon.counters().getSubscriptions() == 0);
    System.out.printf(
        "RestartIT: %d clients, %d restarts, %d events to each%n", CLIENTS, RESTARTS, published);
  }

  private void publishCold() {
    for (int i = 0; i < COLD_EVENTS; i += 1_000) {
      runs.publish("cold", Events.metrics(1_000, i));
    }
    runs.awaitPersisted("cold", SOON);
  }

  private static void read(RunSubscription events, StreamChecker checker, int count) {
    for (int i = 0; i < count && events.hasNext(); i++) {
      checker.accept(RawEnvelope.of(events.next()));
    }
  }

  @Test
  void shouldServeClientsThatCameFirst() {
    // given clients of a daemon that is not there yet
    daemon.terminate(20);
    try (EiderClient client = Clients.connect(daemon.target())) {
      ClientFollower follower = ClientFollower.of(client, "early");
      RunPublisher runPublisher = client.publisher("early", Clients.SMALL_BATCHES);
      NumberedPublisher publisher = NumberedPublisher.start("early", runPublisher::publish);
      CompletableFuture<Run> opened =
          CompletableFuture.supplyAsync(() -> client.openRun("opened-early", Map.of()));

      // when
      daemon.restart();

      // then
      follower.awaitSeq(10, SOON);
      assertThat(opened.join().getRunId()).isEqualTo("opened-early");
      publisher.stop();
      long published = publisher.awaitAcks(SOON);
      runPublisher.close();
      runs.close("early");
      follower.awaitRunClosed(SOON).shouldHaveAllUpTo(published);
    }
  }

  @Test
  void shouldSayThatNobodyIsThere() {
    Stream.of("127.0.0.1:1", "no-such-host.invalid:7117")
        .forEach(
            address -> {
              ClientConfig config =
                  ClientConfig.defaults(address).withCallDeadline(Duration.ofSeconds(1));
              try (EiderClient client = EiderClient.connect(config)) {
                EiderException failure =
                    catchThrowableOfType(EiderException.class, client::serverInfo);
                assertThat(failure.code())
                    .as(failure.getMessage())
                    .isIn(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);
              }
            });
  }
}
