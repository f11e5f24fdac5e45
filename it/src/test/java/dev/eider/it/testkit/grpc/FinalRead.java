package dev.eider.it.testkit.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.DuckDbFile;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.StreamChecker;
import dev.eider.it.testkit.History;
import dev.eider.it.testkit.History.Place;
import dev.eider.it.testkit.Reader;
import dev.eider.it.testkit.StoredEvent;
import dev.eider.it.testkit.Timeline;
import dev.eider.it.testkit.workload.Plays;
import dev.eider.it.testkit.workload.Readings;
import dev.eider.it.testkit.workload.Stage;
import dev.eider.v1.Run;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;

/**
 * What there is in the end: every run from the daemon, live and cold, and from its file. Owned by
 * the test thread.
 */
final class FinalRead {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int SQL_TIMELINES_MAX = 10;

  /** Kept for forks that are not there. */
  private static final String NEEDLESSLY_KEPT =
      "SELECT count(*) FROM kept_runs WHERE run_id NOT IN (SELECT parent_run_id FROM runs WHERE"
          + " parent_run_id IS NOT NULL UNION ALL SELECT parent_run_id FROM kept_runs WHERE"
          + " parent_run_id IS NOT NULL)";

  private final Daemon daemon;
  private final Stage stage;
  private final History history;
  private final List<String> runIds = new ArrayList<>();

  FinalRead(Daemon daemon, Stage stage) {
    this.daemon = daemon;
    this.stage = stage;
    this.history = stage.history();
  }

  /** Closes the runs that are still open; returns all that there are. */
  List<String> closeAll() {
    RunCalls calls = new RunCalls(daemon);
    // After its disk was full, DuckDB is opened again in its own time.
    Map<String, Long> heads =
        Awaitility.await("a list of the runs")
            .atMost(SOON)
            .ignoreExceptionsMatching(FinalRead::isUnavailable)
            .until(calls::heads, Objects::nonNull);
    stage.book().all().stream().filter(heads::containsKey).forEach(runIds::add);
    for (String runId : runIds) {
      Run run = calls.close(runId);
      history.closed("the last CloseRun", runId, run.getHeadSeq());
      history.digest("the last CloseRun", runId, run.getHeadSeq(), run.getDigest().toByteArray());
    }
    return runIds;
  }

  private static boolean isUnavailable(Throwable failure) {
    return failure instanceof StatusRuntimeException refusal
        && refusal.getStatus().getCode() == Status.Code.UNAVAILABLE;
  }

  /** Takes what a subscription gives for the truth, and reads the same in every other way. */
  void live() {
    Readings last = new Readings(stage, "the last read");
    for (String runId : runIds) {
      List<StoredEvent> events = new ArrayList<>();
      try (RunReader reader =
          RunReader.open(
              daemon.channel(),
              RunReader.request(runId, 0),
              StreamChecker.after(runId, 0),
              envelope -> events.add(Plays.stored(envelope)))) {
        reader.awaitRunClosed(SOON);
      }
      history.finalLog(runId, events);
      assertThat(last.cold(runId, 0, 0)).as("%s is read cold", runId).isTrue();
      assertThat(last.get(runId)).as(runId).isNotNull();
    }
    stage.book().forks().stream()
        .filter(runIds::contains)
        .forEach(fork -> assertThat(last.timeline(fork, true)).as(fork).isTrue());
  }

  /** Stops the daemon and reads the rows of its file, in no order but that of SQL. */
  void file() {
    assertThat(daemon.terminate(30)).isEqualTo(143);
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      assertThat(file.number("SELECT count(*) FROM events"))
          .as("rows")
          .isEqualTo(file.number("SELECT count(*) FROM (SELECT DISTINCT run_id, seq FROM events)"))
          .isEqualTo(file.number("SELECT coalesce(sum(head_seq), 0) FROM runs"));
      assertThat(file.number(NEEDLESSLY_KEPT)).as("needlessly kept runs").isZero();
      assertThat(file.rows("SELECT run_id FROM kept_runs", row -> row.getString(1)))
          .allMatch(history::mayBeDeleted);
      runIds.forEach(runId -> rows(file, runId));
      stage.book().forks().stream()
          .filter(runIds::contains)
          .limit(SQL_TIMELINES_MAX)
          .forEach(runId -> timeline(file, runId));
      history.logOrder(
          file.rows(
              "SELECT run_id, seq FROM events ORDER BY position, run_id, seq",
              row -> new Place(row.getString(1), row.getLong(2))));
    }
  }

  private void rows(DuckDbFile file, String runId) {
    Reader reader = history.read("SQL", runId, 0);
    file.rows(
            DuckDbFile.SELECT_EVENTS + "WHERE run_id = '" + runId + "' ORDER BY seq",
            row -> Plays.stored(runId, row.getLong(1), DuckDbFile.event(row)))
        .forEach(reader::saw);
    reader.caughtUp(file.number("SELECT head_seq FROM runs WHERE run_id = '" + runId + "'"));
  }

  private void timeline(DuckDbFile file, String runId) {
    List<Timeline.Part> parts =
        file.rows(
            "SELECT source_run_id, seq FROM timeline WHERE run_id = '"
                + runId
                + "' ORDER BY ordinal",
            row ->
                new Timeline.Part(
                    row.getString(1), new StoredEvent(row.getLong(2), "a row", "", "", 0)));
    history.timeline(new Timeline(runId, parts, true));
  }
}
