package dev.eider.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.MultiRunSink;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.Events;
import dev.eider.it.RecordedRun;
import dev.eider.it.RecordedRuns;
import dev.eider.it.RunCalls;
import dev.eider.it.Scale;
import dev.eider.it.StreamChecker;
import dev.eider.it.Workers;
import dev.eider.v1.ImportRunsResponse;
import dev.eider.v1.Run;
import dev.eider.v1.RunFilter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real runs, 150 at length, leave one daemon while publishing goes on, and come into another. */
@Timeout(240)
class ExportImportIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int REAL_RUNS = Scale.of("eider.it.exportedRuns", 30, 150);

  private static final Map<String, String> SETTINGS = Map.of("grace-ms", "500");

  @TempDir private static Path files;
  private static Daemon source;
  private static final Map<String, Run> RUNS = new HashMap<>();

  @BeforeAll
  static void playTheRecordedRuns() {
    source = LibraryFiles.start("ExportSource", SETTINGS);
    try (EiderClient client = EiderClient.connect(source.target());
        MultiRunSink sink = client.multiRunSink()) {
      for (RecordedRun run : RecordedRuns.some(REAL_RUNS)) {
        client.openRun(run.runId(), run.labels());
        run.events().forEach(event -> sink.accept(run.runId(), event));
      }
    }
    RUNS.putAll(new RunCalls(source).list(RunFilter.getDefaultInstance(), 1_000));
  }

  @AfterAll
  static void stop() {
    source.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"all.duckdb", "all.parquet"})
  void shouldComeBackTheSameFromAFileMadeWhilePublishingGoesOn(String name) throws Exception {
    // given somebody who publishes all the while
    RunCalls calls = new RunCalls(source);
    AtomicBoolean isOver = new AtomicBoolean();
    Path file;
    try (Workers publisher = new Workers()) {
      publisher.start(
          () -> {
            for (int t = 0; !isOver.get(); t++) {
              calls.publish("busy-" + name, Events.metric("ada", t, "score", t));
            }
          });

      // when
      file = FileCalls.export(source, files.resolve(name), List.copyOf(RUNS.keySet()));
      isOver.set(true);
      publisher.awaitAll(SOON);
    }
    Daemon target = LibraryFiles.start("ExportTarget", SETTINGS);
    try {
      ImportRunsResponse imported = FileCalls.importRuns(target, file);

      // then every run is there as it was, for every reader
      assertThat(imported.getRunCount()).isEqualTo(RUNS.size());
      assertThat(imported.getRunIdsList())
          .containsExactlyElementsOf(RUNS.keySet().stream().sorted().toList());
      RunCalls there = new RunCalls(target);
      for (Run run : RUNS.values()) {
        assertThat(there.get(run.getRunId())).isEqualTo(run);
        StreamChecker before = ColdRead.of(source.channel(), run.getRunId()).checker();
        ColdRead after = ColdRead.of(target.channel(), run.getRunId());
        after.checker().shouldEqual(before);
        after.checker().shouldHaveDigest(run.getDigest());
      }
      assertThat(filesIn(target.dataDirectory().resolve("tmp"))).isEmpty();
      assertThat(filesIn(source.dataDirectory().resolve("tmp"))).isEmpty();
    } finally {
      target.close();
    }
  }

  private static List<String> filesIn(Path directory) throws Exception {
    try (Stream<Path> found = Files.list(directory)) {
      return found
          .map(path -> path.getFileName().toString())
          .filter(f -> f.startsWith("transfer-"))
          .toList();
    }
  }
}
