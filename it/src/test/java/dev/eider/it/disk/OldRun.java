package dev.eider.it.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.Events;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.StreamChecker;
import dev.eider.v1.Run;
import java.time.Duration;

/**
 * A closed run that DuckDB has all of, to see whether reading goes on. Owned by the test thread.
 */
final class OldRun {
  private static final int EVENTS = 300;

  private final Daemon daemon;
  private final Run closed;
  private final StreamChecker read;

  private OldRun(Daemon daemon, Run closed, StreamChecker read) {
    this.daemon = daemon;
    this.closed = closed;
    this.read = read;
  }

  static OldRun make(Daemon daemon) {
    RunCalls calls = new RunCalls(daemon);
    calls.publish("old", Events.metrics(EVENTS, 1));
    Run closed = calls.close("old");
    return new OldRun(daemon, closed, ColdRead.of(daemon.channel(), "old").checker());
  }

  /** Every way to read it answers, and as before. */
  void shouldBeReadable() {
    RunCalls calls = new RunCalls(daemon);
    assertThat(calls.get("old")).isEqualTo(closed);
    assertThat(calls.heads()).containsEntry("old", (long) EVENTS);
    ColdRead.of(daemon.channel(), "old").checker().shouldEqual(read);
    try (RunReader reader = RunReader.fromStart(daemon.channel(), "old")) {
      reader.awaitRunClosed(Duration.ofSeconds(20)).shouldEqual(read);
    }
  }
}
