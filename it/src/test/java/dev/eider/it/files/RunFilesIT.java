package dev.eider.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.DaemonExtension;
import dev.eider.it.DuckDbFile;
import dev.eider.it.Events;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.RunCalls;
import dev.eider.it.Shell;
import dev.eider.v1.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** One run, one file; and the commands that move files. */
@Timeout(240)
class RunFilesIT {
  @RegisterExtension
  static final DaemonExtension EXTENSION = new DaemonExtension().set("grace-ms", 200);

  @TempDir private Path files;
  private final Daemon daemon = EXTENSION.daemon();
  private final RunCalls runs = new RunCalls(daemon);
  private final Shell shell = new Shell(RepositoryRoot.workDirectory("RunFilesShell"));

  @Test
  void shouldLeaveAFileForAClosedRunAndMakeAMissingOneAtAStart() throws Exception {
    // given
    runs.open("own-1", Map.of("file", "true"));
    runs.open("own-2", Map.of("file", "false"));
    for (String runId : List.of("own-1", "own-2")) {
      runs.publish(
          runId,
          Events.turnStart("ada", 1, Events.gold(5)),
          Events.metric("ada", 0, "score", 2),
          Events.metric("ada", 1, "score", 3));
    }
    Path file = daemon.dataDirectory().resolve("runs").resolve("own-1.duckdb");
    assertThat(file).doesNotExist();

    // when
    runs.close("own-1");
    runs.close("own-2");

    // then anybody can open it, with the older queries
    await(file);
    assertThat(kinds(file, "SELECT kind FROM events WHERE run_id='own-1' ORDER BY seq"))
        .containsExactly("turn_start", "metric", "metric");
    assertThat(
            kinds(
                file,
                "SELECT kind FROM (SELECT run_id, agent_id, t, kind, payload_json, ts,"
                    + " schema_version FROM events) WHERE run_id='own-1'"))
        .hasSize(3);
    assertThat(file.resolveSibling("own-2.duckdb")).doesNotExist();

    // and one that is gone is made again
    daemon.kill9();
    Files.delete(file);
    daemon.restart();
    await(file);
    assertThat(kinds(file, "SELECT kind FROM events")).hasSize(3);
  }

  @Test
  void shouldExportAndImportFromTheCommandLine() {
    runs.publish("cli-a", Events.metric("ada", 0, "score", 1));
    Run run = runs.close("cli-a");
    assertThat(eider("export cli-a -o " + files.resolve("a.parquet"), 0)).contains("bytes");
    assertThat(eider("export cli-a --json -o " + files.resolve("a.duckdb"), 0))
        .contains("\"bytes\":");
    assertThat(files.resolve("a.parquet")).isRegularFile();
    assertThat(eider("import " + files.resolve("a.duckdb"), 1))
        .contains("RUN_ALREADY_EXISTS", "cli-a");
    assertThat(eider("export nobody -o " + files.resolve("none"), 1)).contains("RUN_NOT_FOUND");
    assertThat(files.resolve("none")).doesNotExist();
    assertThat(eider("import " + files.resolve("none"), 2)).contains("is no file");
    assertThat(eider("export cli-a --label a=b -o x", 2)).contains("not both");
    assertThat(run.getHeadSeq()).isEqualTo(1);
  }

  private String eider(String command, int code) {
    return shell.eider(daemon, command, code);
  }

  private static void await(Path file) {
    Awaitility.await(file + " is there")
        .atMost(30, TimeUnit.SECONDS)
        .until(() -> Files.exists(file));
  }

  private static List<String> kinds(Path file, String sql) {
    try (DuckDbFile opened = DuckDbFile.of(file)) {
      return opened.rows(sql, row -> row.getString(1));
    }
  }
}
