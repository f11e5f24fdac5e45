package dev.eider.it.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.eider.client.EiderException;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.DuckDbFile;
import dev.eider.it.Events;
import dev.eider.it.RawEnvelope;
import dev.eider.it.Refusal;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import dev.eider.v1.Run;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.RunState;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes in by file is all there or not at all. */
@Timeout(240)
class ImportIT {
  @RegisterExtension static final DaemonExtension EXTENSION = DaemonExtension.shared();

  @TempDir private Path files;
  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);

  @Test
  void shouldTakeInAnOlderFileWithItsOrderAndForkIt() throws Exception {
    // given all nine kinds, a wrong kind column, a turn that came late, and a second run between
    Path file = files.resolve("older.duckdb");
    try (OlderFile older = new OlderFile(file)) {
      older.add("old-1", 1, "metric", "{\"kind\":\"turn_start\",\"turn_num\":1}");
      for (String payload : OlderFile.NINE_KINDS) {
        older.add("old-1", 0, "wrong", payload).add("old-2", 0, "wrong", payload);
      }
      older.add(
          "old-2", 0, "metric", "{\"kind\":\"metric\",\"name\":\"x\",\"value\":1,\"more\":[1]}");
    }

    // when
    assertThat(FileCalls.importRuns(daemon, file).getRunIdsList())
        .containsExactly("old-1", "old-2");

    // then t decides before the row's number
    Run run = runs.get("old-1");
    assertThat(run.getState()).isEqualTo(RunState.RUN_STATE_CLOSED);
    assertThat(run.getOutcome()).isEqualTo(RunOutcome.RUN_OUTCOME_COMPLETED);
    assertThat(run.getHeadSeq()).isEqualTo(10);
    assertThat(run.getCostUsd()).isEqualTo(0.25);
    ColdRead cold = ColdRead.of(daemon.channel(), "old-1");
    cold.checker().shouldHaveDigest(run.getDigest());
    List<Event> events = cold.events().stream().map(RawEnvelope::parsedEvent).toList();
    assertThat(events).extracting(Event::getT).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    assertThat(events.get(0).getTurnStart().getSnapshot().getState().getFieldsMap())
        .containsKeys("gold", "units");
    assertThat(events.get(1).getObservation().getClassesList()).containsExactly("gold", "tree");
    assertThat(events.get(9).getTurnStart().hasSnapshot()).isFalse();
    Event last = ColdRead.of(daemon.channel(), "old-2").events().get(9).parsedEvent();
    assertThat(last.getAttributes().getFieldsMap()).containsOnlyKeys("more");

    // and a subscriber gets the same, and the turn with a snapshot can be forked
    try (RunReader reader = RunReader.fromStart(daemon.channel(), "old-1")) {
      reader.awaitRunClosed(Duration.ofSeconds(30)).shouldEqual(cold.checker());
    }
    assertThat(runs.fork("old-1", 0, "of-old-1").getSnapshot().getState().getFieldsMap())
        .containsKey("gold");
    runs.publish("of-old-1", Events.metric("ada", 0, "score", 1));
    runs.close("of-old-1");
    assertThat(ColdRead.timeline(daemon.channel(), "of-old-1").events()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"kind\":9} | kind must be a string",
        "{\"kind\":\"metric\",\"name\":\"x\",\"value\":null} | value must be a number; it is null",
        "{\"kind\":\"metric\",\"name\":\"x\",\"value\":\"1\"} | value must be a number",
        "{\"kind\":\"metric\",\"name\":\"x\"} | value is missing",
        "{\"kind\":\"observation\",\"entity_count\":1.5,\"classes\":[]} | whole number",
        "{\"kind\":\"metric\" | is no JSON",
        "[] | is no JSON object"
      })
  void shouldNameRunAndRowOfWhatIsWrongInAnOlderFile(String payload, String problem)
      throws Exception {
    Path file = files.resolve("wrong.duckdb");
    try (OlderFile older = new OlderFile(file)) {
      older
          .add("wrong-1", 0, "fine", OlderFile.NINE_KINDS[8])
          .add("wrong-2", 0, "fine", OlderFile.NINE_KINDS[8])
          .add("wrong-2", 0, "metric", payload);
    }

    EiderException refusal = refusalOf(file);

    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FILE);
    assertThat(refusal).hasMessageContaining("run wrong-2, row 2").hasMessageContaining(problem);
    assertThat(runs.heads()).doesNotContainKeys("wrong-1", "wrong-2");
  }

  @Test
  void shouldRefuseAFileThatWasChanged() throws Exception {
    // given
    runs.open("changed-1", Map.of("arena", "x"));
    runs.publish("changed-1", Events.metric("ada", 0, "score", 1), Events.metric("ada", 1, "s", 2));
    runs.close("changed-1");
    Path file = FileCalls.export(daemon, files.resolve("whole.duckdb"), List.of("changed-1"));
    Map<String, Long> before = runs.heads();

    // then: taken in again, it meets the run that is there
    EiderException taken = refusalOf(file);
    assertThat(taken.reason()).isEqualTo(ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
    assertThat(taken).hasMessageContaining("changed-1");

    // and with another id, another event, or one less, or cut short, it is refused
    changed(
        file,
        "UPDATE eider.events SET run_id = 'other'; UPDATE eider.runs SET run_id = 'other'",
        "digest");
    changed(
        file,
        "UPDATE eider.events SET event = (SELECT event FROM eider.events WHERE seq = 2) WHERE seq = 1",
        "digest");
    changed(file, "DELETE FROM eider.events WHERE seq = 2", "has 1 events, and is said to have 2");
    changed(file, "DELETE FROM eider.runs", "has events and no row in runs");
    changed(file, "DROP TABLE eider.events", "no table events");
    byte[] bytes = Files.readAllBytes(file);
    Path cut = Files.write(files.resolve("cut"), Arrays.copyOf(bytes, bytes.length / 2));
    assertThat(refusalOf(cut).reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FILE);
    Path none = Files.writeString(files.resolve("none"), "nothing of the kind");
    assertThat(refusalOf(none)).hasMessageContaining("neither a DuckDB nor a Parquet file");
    assertThat(runs.heads()).isEqualTo(before);
    // What earlier imports left goes behind the next checkpoint.
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> files(daemon.dataDirectory().resolve("import")).isEmpty());
  }

  @Test
  void shouldKeepAnImportedRunClosedAndTaken() throws Exception {
    Path file = files.resolve("kept.duckdb");
    try (OlderFile older = new OlderFile(file)) {
      older.add("kept-1", 0, "metric", OlderFile.NINE_KINDS[8]);
    }
    FileCalls.importRuns(daemon, file);

    Refusal.of(() -> runs.publish("kept-1", Events.metric("ada", 1, "score", 1)))
        .shouldBe(Status.Code.FAILED_PRECONDITION, "RUN_CLOSED");
    assertThat(refusalOf(file).reason()).isEqualTo(ErrorReason.ERROR_REASON_RUN_ALREADY_EXISTS);
  }

  private void changed(Path file, String sql, String problem) throws Exception {
    Path copy = Files.createTempFile(files, "changed", ".duckdb");
    Files.write(copy, Files.readAllBytes(file));
    DuckDbFile.change(copy, sql, "CHECKPOINT");
    EiderException refusal = refusalOf(copy);
    assertThat(refusal.reason()).as(sql).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FILE);
    assertThat(refusal).hasMessageContaining(problem);
  }

  private EiderException refusalOf(Path file) {
    return catchThrowableOfType(EiderException.class, () -> FileCalls.importRuns(daemon, file));
  }

  private static List<Path> files(Path directory) throws Exception {
    try (var found = Files.list(directory)) {
      return found.toList();
    }
  }
}
