package dev.eider.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.v1.Event;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The commands that talk to a running daemon: what they print and how they end. */
@Timeout(240)
class RemoteCommandsIT {
  private static final int RUN_S = 60;
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int DIFFERENT = 3;
  private static final int INTERRUPTED = 130;

  @RegisterExtension static final DaemonExtension EXTENSION = DaemonExtension.shared();

  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);
  private final Shell shell = new Shell(RepositoryRoot.workDirectory("RemoteCommandsShell"));

  @Test
  void shouldListForkFollowAndCompare() {
    // given
    List<Event> game =
        List.of(
            Events.metric("ada", 0, "score", 1),
            Events.turnStart("ada", 1, Events.gold(100)),
            Events.metric("ada", 1, "score", 2));
    runs.publish("cli-1", game);
    runs.close("cli-1");

    // then
    assertThat(eider("fork cli-1 --at 1 --id cli-2 --merge '{\"gold\": 5}' --label arm=poor"))
        .contains("run cli-2 goes on from turn 1 of cli-1 (before its seq 2)");
    runs.close("cli-2");
    assertThat(eider("runs --root cli-1"))
        .contains("RUN", "FORK OF", "cli-1 at t 1", "arm=poor", "completed");
    assertThat(eider("runs --parent cli-1 --json").lines().toList())
        .singleElement()
        .asString()
        .startsWith("{\"run_id\":\"cli-2\"");
    assertThat(eider("tail cli-2 --inherited").lines().toList())
        .hasSize(6)
        .first()
        .isEqualTo("-- run cli-1");
    assertThat(eider("tail cli-2 --inherited"))
        .contains("{\"name\":\"score\",\"value\":1.0}", "-- closed as completed after seq 2");
    assertThat(eider("cold cli-1 --kind metric --json").lines().toList())
        .hasSize(2)
        .allMatch(line -> line.startsWith("{\"run_id\":\"cli-1\",\"seq\":\""));
    assertThat(eider("cold cli-1")).contains("-- DuckDB has it up to seq 3");
    assertThat(eider("diff cli-1 cli-1")).startsWith("equal: 3 events");
    assertThat(fails("diff cli-1 cli-2 --inherited --turns", DIFFERENT))
        .contains("differ in agent after 1 equal events", "cli-2 seq 1, t 1, agent -, fork");
  }

  @Test
  void shouldPrintAllRunsAndGoOnWhereItStopped() {
    // given
    String once =
        "tail --all --no-follow --json --label set=all --token-file "
            + RepositoryRoot.workDirectory("RemoteCommandsShell").resolve("all.token");
    runs.open("all-1", Map.of("set", "all"));
    runs.open("all-2", Map.of("set", "all"));
    runs.publish("all-1", Events.metrics(2, 0));
    runs.publish("all-2", Events.metrics(1, 0));
    runs.publish("all-1", Events.metrics(1, 2));

    // then it prints each event once, in the order of the log
    assertThat(runAndSeq(eider(once))).containsExactly("all-1 1", "all-1 2", "all-2 1", "all-1 3");
    assertThat(eider(once)).isEmpty();
    runs.publish("all-2", Events.metrics(2, 1));
    assertThat(runAndSeq(eider(once + " --kind metric"))).containsExactly("all-2 2", "all-2 3");

    // and says so when it makes no sense
    fails("tail", USAGE);
    fails("tail all-1 --all", USAGE);
    fails("tail all-1 --no-follow", USAGE);
    fails("tail --all --after 3", USAGE);
  }

  private static List<String> runAndSeq(String output) {
    return output
        .lines()
        .map(line -> line.replaceAll("^\\{\"run_id\":\"([^\"]+)\",\"seq\":\"(\\d+)\".*", "$1 $2"))
        .toList();
  }

  @Test
  void shouldDeleteRuns() {
    // given
    runs.publish("rm-1", Events.metrics(2, 0));
    runs.publish("rm-2", Events.metrics(2, 0));
    runs.close("rm-1");

    // then
    assertThat(fails("rm rm-2", FAILED)).contains("run rm-2 is open", "RUN_OPEN");
    assertThat(eider("rm rm-1")).contains("run rm-1 is deleted");
    assertThat(eider("rm rm-2 --force --json")).startsWith("{\"run\":{\"run_id\":\"rm-2\"");
    assertThat(fails("rm rm-1", FAILED)).contains("was deleted");
    assertThat(fails("rm", USAGE)).contains("RUN");
  }

  @Test
  void shouldFailInOneLineWithTheReason() {
    assertThat(fails("tail nobody", FAILED).lines().toList())
        .singleElement()
        .asString()
        .startsWith("eider: ")
        .contains("RUN_NOT_FOUND");
    assertThat(fails("fork nobody", USAGE)).contains("--at").hasLineCount(1);
    assertThat(fails("fork nobody --at 0 --merge '{'", USAGE)).contains("--merge").hasLineCount(1);
    assertThat(fails("runs --state strange", USAGE)).contains("OPEN, CLOSED").hasLineCount(1);
    assertThat(fails("runs --address localhost:1", FAILED))
        .hasLineCount(1)
        .contains("UNAVAILABLE", "--address");
  }

  @Test
  void shouldFollowUntilItIsInterrupted() {
    // given
    runs.publish("cli-live", Events.metrics(1, 0));
    Process tail = shell.start("exec ./eider tail cli-live --address " + daemon.target());
    Awaitility.await()
        .atMost(Duration.ofSeconds(RUN_S))
        .until(() -> shell.output().contains("metric"));

    // when
    runs.publish("cli-live", Events.prompt(0, "live"));
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> shell.output().contains("live\""));
    Commands.run("kill", "-INT", String.valueOf(tail.pid()));

    // then
    assertThat(shell.exitCode(tail, 20)).isEqualTo(INTERRUPTED);
    assertThat(shell.output().lines().toList()).hasSize(2);
  }

  private String eider(String command) {
    return shell.eider(daemon, command, 0);
  }

  private String fails(String command, int exitCode) {
    return shell.eider(daemon, command, exitCode);
  }
}
