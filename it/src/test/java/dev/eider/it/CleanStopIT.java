package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishStreamRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** SIGTERM ends the daemon soon, with everything persisted and every reader told why. */
@Timeout(120)
class CleanStopIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int STOPPED_BY_SIGTERM = 143;
  private static final int EVENTS = 5000;

  @RegisterExtension static final DaemonExtension EXTENSION = new DaemonExtension();

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldStopCleanlyAndServeOnAfterARestart() {
    // given an open run that is being read and published to
    runs.publish("stopped", Events.metrics(EVENTS, 0));
    StreamChecker checker = StreamChecker.after("stopped", 0);
    RunReader reader = RunReader.open(daemon.channel(), RunReader.request("stopped", 0), checker);
    reader.awaitSeq(EVENTS, SOON);
    PublishStreamCall publisher = new PublishStreamCall(daemon.channel());
    publisher.send(request());
    Awaitility.await("an answer").atMost(SOON).until(() -> publisher.responses().size() == 1);
    reader.awaitSeq(EVENTS + 1, SOON);

    // when it is told to stop
    int exitCode = daemon.terminate(10);

    // then it does, both streams say why, and the file holds everything
    assertThat(exitCode).isEqualTo(STOPPED_BY_SIGTERM);
    reader.awaitRefusal(SOON).shouldBe(Status.Code.UNAVAILABLE, "SHUTTING_DOWN");
    Refusal.of(() -> publisher.await(SOON)).shouldBe(Status.Code.UNAVAILABLE, "SHUTTING_DOWN");
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      assertThat(file.number("SELECT count(*) FROM events WHERE run_id = 'stopped'"))
          .isEqualTo(EVENTS + 1);
      assertThat(file.number("SELECT max(seq) FROM events WHERE run_id = 'stopped'"))
          .isEqualTo(EVENTS + 1);
    }

    // and after a restart the run goes on for publisher and reader
    daemon.restart();
    RunReader resumed = RunReader.resume(daemon.channel(), "stopped", checker);
    assertThat(runs.publish("stopped", Events.metrics(1, 0)).getFirstSeq()).isEqualTo(EVENTS + 2);
    runs.close("stopped");
    resumed.awaitRunClosed(SOON).shouldHaveAllUpTo(EVENTS + 2);
    ColdRead.of(daemon.channel(), "stopped").checker().shouldEqual(checker);
  }

  private static PublishStreamRequest request() {
    return PublishStreamRequest.newBuilder()
        .setRequestId("r")
        .setPublish(
            PublishRequest.newBuilder()
                .setRunId("stopped")
                .addAllEvents(List.of(Events.metric("ada", 1, "n", 1))))
        .build();
  }
}
