package dev.eider.it.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.client.EiderClient;
import dev.eider.client.EiderException;
import dev.eider.client.QueryResult;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.Events;
import dev.eider.it.RunCalls;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.ImportRunsResponse;
import dev.eider.v1.ImportRunsResponse.SkippedRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Imports of what people have: files that are not as they should be, and not as we would name them.
 */
@Timeout(240)
class MessyFilesIT {
  private static final String METRIC = OlderFile.NINE_KINDS[8];

  @RegisterExtension static final DaemonExtension EXTENSION = DaemonExtension.shared();

  @TempDir private Path files;
  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  private List<List<String>> rows(String sql) {
    List<List<String>> rows = new ArrayList<>();
    try (EiderClient client = EiderClient.connect(daemon.target());
        QueryResult result = client.query(sql)) {
      result.forEachRemaining(
          row -> rows.add(row.getValuesList().stream().map(v -> v.getStringValue()).toList()));
    }
    return rows;
  }

  @Test
  void shouldTakeAlongWhatAKilledWriterLeftBesideTheFile() throws Exception {
    // given a file with its last rows, and a whole run, in the log beside it
    Path file = files.resolve("killed.duckdb");
    try (OlderFile older = new OlderFile(file)) {
      older.add("killed-1", 0, "metric", METRIC).killed();
      older.add("killed-1", 1, "metric", METRIC).add("killed-2", 0, "metric", METRIC);
    }
    Path log = files.resolve("killed.duckdb.wal");
    assertThat(log).isNotEmptyFile();
    byte[] before = Files.readAllBytes(log);

    // when
    ImportRunsResponse done = FileCalls.importRuns(daemon, file);

    // then
    assertThat(done.getRunIdsList()).containsExactly("killed-1", "killed-2");
    assertThat(runs.get("killed-1").getHeadSeq()).isEqualTo(2);
    assertThat(Files.readAllBytes(log)).isEqualTo(before);
  }

  @Test
  void shouldRefuseALogThatIsNotTheFilesOwn() throws Exception {
    Path file = files.resolve("whole.duckdb");
    try (OlderFile older = new OlderFile(file)) {
      older.add("whole-1", 0, "metric", METRIC);
    }
    try (OlderFile other = new OlderFile(files.resolve("other.duckdb"))) {
      other.killed().add("other-1", 0, "metric", METRIC);
    }
    Files.move(files.resolve("other.duckdb.wal"), files.resolve("whole.duckdb.wal"));
    EiderException refusal =
        catchThrowableOfType(EiderException.class, () -> FileCalls.importRuns(daemon, file));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FILE);
    assertThat(refusal).hasMessageContaining("WAL does not match");
    assertThat(runs.heads()).doesNotContainKeys("whole-1", "other-1");
  }

  @Test
  void shouldLeaveOutTheRunsAtFaultAndNameThem() throws Exception {
    // given good runs between bad ones, each at fault in its own way
    Path file = files.resolve("mixed.duckdb");
    try (OlderFile older = new OlderFile(file)) {
      for (String runId : List.of("mixed-a", "mixed-c", "mixed-e")) {
        older.add(runId, 0, "metric", METRIC).add(runId, 1, "metric", METRIC);
      }
      older.add("mixed-0", 0, "metric", null);
      older.add("mixed-b", 0, "metric", METRIC).add("mixed-b", 1, "metric", "{nope");
      older.add("mixed-d", -7, "metric", METRIC);
      older.add("mixed-f", 0, "metric", "{\"kind\":\"metric\",\"name\":\"x\",\"value\":null}");
    }

    // then all or nothing, unless it is said otherwise
    EiderException refusal =
        catchThrowableOfType(EiderException.class, () -> FileCalls.importRuns(daemon, file));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FILE);
    assertThat(runs.heads().keySet()).noneMatch(runId -> runId.startsWith("mixed"));

    ImportRunsResponse done = FileCalls.importGoodRuns(daemon, file);
    assertThat(done.getRunIdsList()).containsExactly("mixed-a", "mixed-c", "mixed-e");
    assertThat(done.getEventCount()).isEqualTo(6);
    assertThat(done.getSkippedCount()).isEqualTo(4);
    assertThat(done.getSkippedRunsList())
        .extracting(SkippedRun::getRunId)
        .containsExactly("mixed-0", "mixed-b", "mixed-d", "mixed-f");
    assertThat(done.getSkippedRunsList())
        .extracting(SkippedRun::getRow)
        .containsExactly(1L, 2L, 1L, 1L);
    assertThat(done.getSkippedRuns(2).getReason()).contains("at least 0");
    assertThat(runs.get("mixed-c").getHeadSeq()).isEqualTo(2);
  }

  @Test
  void shouldLeaveOutTheRunOfAnExportThatWasChanged() throws Exception {
    // given an export of which somebody changed one run and left another without its row
    for (String runId : List.of("tampered-1", "tampered-2", "tampered-3")) {
      runs.publish(runId, Events.metric("ada", 0, "score", 1), Events.metric("ada", 1, "s", 2));
      runs.close(runId);
    }
    List<String> all = List.of("tampered-1", "tampered-2", "tampered-3");
    Path file = FileCalls.export(daemon, files.resolve("tampered.duckdb"), all);
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute("DELETE FROM eider.events WHERE run_id = 'tampered-1' AND seq = 1");
      statement.execute("DELETE FROM eider.runs WHERE run_id = 'tampered-2'");
    }

    // when another daemon takes it
    Daemon other = LibraryFiles.start("MessyTarget", Map.of());
    try {
      ImportRunsResponse done = FileCalls.importGoodRuns(other, file);

      // then
      assertThat(done.getRunIdsList()).containsExactly("tampered-3");
      assertThat(done.getSkippedRunsList())
          .extracting(SkippedRun::getRunId)
          .containsExactly("tampered-1", "tampered-2");
      assertThat(done.getSkippedRuns(1).getReason()).contains("no row in runs");
      assertThat(new RunCalls(other).get("tampered-3")).isEqualTo(runs.get("tampered-3"));
    } finally {
      other.close();
    }
  }

  @Test
  void shouldRefuseAFileWithoutAGoodRun() throws Exception {
    Path file = files.resolve("bad.duckdb");
    try (OlderFile older = new OlderFile(file)) {
      older.add("bad-1", 0, "metric", "{}");
    }
    EiderException refusal =
        catchThrowableOfType(EiderException.class, () -> FileCalls.importGoodRuns(daemon, file));
    assertThat(refusal).hasMessageContaining("every run").hasMessageContaining("run bad-1, row 1");
  }

  @Test
  void shouldMapRunIdsAndKeepWhatItDoesNotKnowWhereSqlSeesIt() throws Exception {
    // given a parent and its fork, a kind of the future, and an id that no double holds
    String dance = "{\"kind\": \"dance\", \"steps\": [1, 2],  \"id\": 9007199254740993}";
    Path file = files.resolve("odd.duckdb");
    try (OlderFile older = new OlderFile(file)) {
      older.add("odd:parent", 0, "dance", dance);
      older.add(
          "odd:parent",
          1,
          "metric",
          "{\"kind\":\"metric\",\"name\":\"x\",\"value\":1,\"id\":9007199254740993}");
      older.add(
          "odd child",
          0,
          "fork",
          "{\"kind\":\"fork\",\"parent_run_id\":\"odd:parent\",\"parent_t\":0,\"mutation_summary\":\"\"}");
    }

    // when
    ImportRunsResponse done = FileCalls.importRuns(daemon, file);

    // then
    assertThat(done.getRenamedCount()).isEqualTo(2);
    assertThat(done.getInexactCount()).isEqualTo(1);
    assertThat(done.getRunIdsList()).isSorted().allMatch(runId -> runId.startsWith("odd_"));
    List<List<String>> renamed =
        rows(
            "SELECT run_id, labels['original_run_id'] FROM runs WHERE run_id LIKE 'odd%' ORDER BY 2");
    assertThat(renamed).extracting(row -> row.get(1)).containsExactly("odd child", "odd:parent");
    assertThat(
            rows(
                "SELECT payload_json->>'parent_run_id', attributes->>'original_parent_run_id'"
                    + " FROM events WHERE kind = 'fork' AND run_id LIKE 'odd%'"))
        .containsExactly(List.of(renamed.get(1).get(0), "odd:parent"));
    assertThat(
            rows(
                "SELECT attributes->>'kind', attributes->>'payload_json' FROM events"
                    + " WHERE kind = 'unknown' AND run_id LIKE 'odd%'"))
        .containsExactly(List.of("dance", dance));

    // and the same file gives the same ids
    EiderException again =
        catchThrowableOfType(EiderException.class, () -> FileCalls.importRuns(daemon, file));
    assertThat(again.reason()).isEqualTo(ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
    String runId = renamed.get(1).get(0);
    ColdRead.of(daemon.channel(), runId).checker().shouldHaveDigest(runs.get(runId).getDigest());
  }
}
