package dev.eider.it.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.client.EiderException;
import dev.eider.it.Daemon;
import dev.eider.it.Events;
import dev.eider.it.RunCalls;
import dev.eider.v1.ErrorReason;
import dev.eider.v1.Event;
import dev.eider.v1.ImportRunsResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever an export writes, an import takes, also when the daemon is killed right behind it. */
@Timeout(240)
class WholeBackupIT {
  private static final String DIE = "\ud83c\udfb2";
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path files;
  private Daemon source;
  private Daemon target;
  private RunCalls runs;

  @BeforeEach
  void start() {
    source = LibraryFiles.start("BackupSource", Map.of());
    target = LibraryFiles.start("BackupTarget", Map.of());
    runs = new RunCalls(source);
  }

  @AfterEach
  void stop() {
    source.close();
    target.close();
  }

  private void play(int count, Map<String, String> labels) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add("backup-" + i);
      runs.open(ids.get(i), labels);
      runs.publish(ids.get(i), Events.metric("ada", 0, "score", i));
    }
    runs.closeAll(ids, SOON);
  }

  private static Map<String, String> longLabels() {
    Map<String, String> labels = new HashMap<>();
    for (int i = 0; i < 64; i++) {
      labels.put(i + "-" + DIE.repeat(125), DIE.repeat(1_024));
    }
    return labels;
  }

  private void shouldBeTheSame(int count) {
    RunCalls there = new RunCalls(target);
    assertThat(there.heads()).hasSize(count);
    for (int i : List.of(0, count / 2, count - 1)) {
      assertThat(there.get("backup-" + i)).isEqualTo(runs.get("backup-" + i));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"all.duckdb", "all.parquet"})
  void shouldTakeRunsWithAllTheLabelsThatTheyMayHave(String name) {
    // given labels of characters of four bytes each
    play(70, longLabels());
    Path file = FileCalls.export(source, files.resolve(name), List.of());

    // when
    ImportRunsResponse done = FileCalls.importRuns(target, file);
    target.kill9();
    target.restart();

    // then
    assertThat(done.getRunCount()).isEqualTo(70);
    shouldBeTheSame(70);
  }

  @Test
  void shouldTakeManyRunsWithALongLabel() {
    play(6_000, Map.of("prompt", "y".repeat(900)));
    Path file = FileCalls.export(source, files.resolve("many.duckdb"), List.of());
    assertThat(FileCalls.importRuns(target, file).getRunCount()).isEqualTo(6_000);
    shouldBeTheSame(6_000);
  }

  @Test
  void shouldTakeLargeEventsInSeveralTransactions() {
    // given more of them than DuckDB takes at a time
    for (int t = 0; t < 20; t++) {
      List<Event> events = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        events.add(Events.prompt(t, "x".repeat(2 << 20)));
      }
      runs.publish("backup-0", events);
    }
    runs.close("backup-0", SOON);
    Path file = FileCalls.export(source, files.resolve("large.duckdb"), List.of());
    assertThat(FileCalls.importRuns(target, file).getEventCount()).isEqualTo(80);
    shouldBeTheSame(1);
  }

  @Test
  void shouldRefuseToWriteWhatNoImportTakes() {
    play(80, longLabels());
    EiderException refusal =
        catchThrowableOfType(
            EiderException.class,
            () -> FileCalls.export(source, files.resolve("more.duckdb"), List.of()));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_QUERY_LIMIT);
    assertThat(refusal).hasMessageContaining("20971520 bytes without their events");
  }
}
