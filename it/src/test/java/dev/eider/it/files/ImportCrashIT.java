package dev.eider.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.client.EiderClient;
import dev.eider.client.TransferProgress;
import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.RunCalls;
import dev.eider.v1.ImportRunsResponse;
import dev.eider.v1.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that is killed while it takes in a file has all of its runs afterwards, or none. */
@Timeout(240)
class ImportCrashIT {
  private static final int RUNS = 20;
  private static final int EVENTS = 200;
  private static final int KILLS = Integer.getInteger("eider.it.import.kills", 4);

  @TempDir private Path files;

  @Test
  void shouldHaveAllOrNothingAfterAKill() throws Exception {
    // given how long it takes when nothing happens
    Path directory = RepositoryRoot.workDirectory("ImportCrash");
    Directories.empty(directory);
    Daemon daemon = Daemon.start(directory, List.of("-Xmx1g"), Map.of("checkpoint-idle-ms", "100"));
    try {
      long startNanos = System.nanoTime();
      FileCalls.importRuns(daemon, older(0));
      long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
      int allCount = 0;
      for (int kill = 1; kill <= KILLS; kill++) {
        Path file = older(kill);
        CompletableFuture<ImportRunsResponse> importing = importing(daemon, file);
        long pauseMs = tookMs * (2L * kill - 1) / (2L * KILLS);
        boolean isDone = completed(importing, pauseMs);

        // when
        daemon.kill9();
        daemon.restart();

        // then
        Map<String, Long> heads = new RunCalls(daemon).heads();
        String prefix = "crash-" + kill + "-";
        List<String> there = heads.keySet().stream().filter(id -> id.startsWith(prefix)).toList();
        assertThat(there.size()).as("runs after kill %d", kill).isIn(0, RUNS);
        if (isDone) {
          assertThat(there).hasSize(RUNS);
        }
        allCount += there.isEmpty() ? 0 : 1;
        shouldBeWhole(daemon, there);
        // what is not there can be taken in again
        if (there.isEmpty()) {
          assertThat(FileCalls.importRuns(daemon, file).getEventCount()).isEqualTo(RUNS * EVENTS);
        }
      }
      System.out.printf("of %d killed imports %d had happened%n", KILLS, allCount);
      Awaitility.await("staged files are gone")
          .atMost(30, TimeUnit.SECONDS)
          .until(() -> isEmpty(daemon.dataDirectory().resolve("import")));
    } finally {
      daemon.close();
    }
  }

  private static void shouldBeWhole(Daemon daemon, List<String> runIds) {
    RunCalls calls = new RunCalls(daemon);
    for (String runId : runIds) {
      Awaitility.await(runId + " is readable")
          .atMost(30, TimeUnit.SECONDS)
          .ignoreExceptions()
          .until(() -> calls.get(runId).getPersistedSeq() == EVENTS);
      Run run = calls.get(runId);
      ColdRead cold = ColdRead.of(daemon.channel(), runId);
      cold.checker().shouldHaveAllUpTo(EVENTS);
      cold.checker().shouldHaveDigest(run.getDigest());
    }
  }

  private static CompletableFuture<ImportRunsResponse> importing(Daemon daemon, Path file) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (EiderClient client = EiderClient.connect(daemon.target())) {
            return client.importRuns(file, TransferProgress.NONE);
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  private static boolean completed(CompletableFuture<?> future, long withinMs) throws Exception {
    try {
      future.get(withinMs, TimeUnit.MILLISECONDS);
      return true;
    } catch (java.util.concurrent.TimeoutException notYet) {
      return false;
    } catch (java.util.concurrent.ExecutionException e) {
      throw new AssertionError("the import failed before the kill", e);
    }
  }

  private Path older(int number) throws Exception {
    Path file = files.resolve("crash-" + number + ".duckdb");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(
          ("CREATE TABLE events AS SELECT 'crash-%d-' || (i %% %d) AS run_id, 'ada' AS agent_id,"
                  + " CAST(i // %d AS INTEGER) AS t, 'metric' AS kind,"
                  + " '{\"kind\":\"metric\",\"name\":\"score\",\"value\":' || i || '}' AS payload_json,"
                  + " TIMESTAMP '2025-01-01 00:00:00' AS ts, 1 AS schema_version"
                  + " FROM range(%d) numbers(i)")
              .formatted(number, RUNS, RUNS, RUNS * EVENTS));
    }
    return file;
  }

  private static boolean isEmpty(Path directory) throws Exception {
    if (!Files.isDirectory(directory)) {
      return true;
    }
    try (Stream<Path> found = Files.list(directory)) {
      return found.findAny().isEmpty();
    }
  }
}
