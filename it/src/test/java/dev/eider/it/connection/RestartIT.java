package dev.eider.it.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.client.ClientConfig;
import dev.eider.client.EiderClient;
import dev.eider.client.EiderException;
import dev.eider.client.RunPublisher;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.testkit.History;
import dev.eider.v1.Run;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that came before the daemon did, or where there is none. */
@Timeout(240)
class RestartIT {
  private static final Duration SOON = Duration.ofSeconds(120);

  @RegisterExtension static final DaemonExtension EXTENSION = new DaemonExtension();

  private final Daemon daemon = EXTENSION.daemon();

  @Test
  void shouldServeClientsThatCameFirst() {
    // given clients of a daemon that is not there yet
    daemon.terminate(20);
    try (EiderClient client = Clients.connect(daemon.target())) {
      RunPublisher runPublisher = client.publisher("early", Clients.SMALL_BATCHES);
      ClientRun run = ClientRun.start(new History(), "early", runPublisher::publish, client);
      CompletableFuture<Run> opened =
          CompletableFuture.supplyAsync(() -> client.openRun("opened-early", Map.of()));

      // when
      daemon.restart();

      // then
      run.awaitSeq(10, SOON);
      assertThat(opened.join().getRunId()).isEqualTo("opened-early");
      run.shouldEndWell(runPublisher, daemon, SOON);
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
