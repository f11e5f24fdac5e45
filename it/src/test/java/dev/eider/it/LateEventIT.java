package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An event that comes late, with the t of a turn long past, has one place for every reader. */
@Timeout(60)
class LateEventIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @RegisterExtension static final DaemonExtension EXTENSION = DaemonExtension.shared();

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldKeepALateEventWhereItWasPublished() {
    // given a reader that sees an event of turn 0 come after those of turns 1 and 2
    List<Integer> liveTurns = new ArrayList<>();
    RunReader live =
        RunReader.open(
            daemon.channel(),
            RunReader.request("late", 0),
            StreamChecker.after("late", 0),
            envelope -> liveTurns.add(envelope.parsedEvent().getT()));
    for (int t : List.of(0, 1, 2, 0, 3, 1)) {
      runs.publish("late", Events.metric("ada", t, "n", t));
    }
    live.awaitSeq(6, SOON);

    // when the run is closed and has left memory
    runs.close("late");
    StreamChecker seenLive = live.awaitRunClosed(SOON);
    runs.awaitReaped(SOON);

    // then it is read back in the same order, not in that of its turns
    ColdRead cold = ColdRead.of(daemon.channel(), "late");
    cold.checker().shouldEqual(seenLive);
    List<Integer> coldTurns = cold.events().stream().map(e -> e.parsedEvent().getT()).toList();
    assertThat(liveTurns).containsExactly(0, 1, 2, 0, 3, 1);
    assertThat(coldTurns).isEqualTo(liveTurns);
    assertThat(runs.get("late").getLastT()).isEqualTo(3);

    // and a subscriber that comes now gets the same
    try (RunReader late = RunReader.fromStart(daemon.channel(), "late")) {
      late.awaitRunClosed(SOON).shouldEqual(seenLive);
    }
  }
}
