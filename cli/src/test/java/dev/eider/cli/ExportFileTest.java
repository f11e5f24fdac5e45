package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with the file of an export is said before a daemon is asked. */
@Timeout(30)
final class ExportFileTest {
  @TempDir private Path folder;

  private static CommandLineRun export(Path file, String... more) {
    String[] args = new String[more.length + 5];
    args[0] = "export";
    args[1] = "-o";
    args[2] = file.toString();
    args[3] = "--address";
    args[4] = "localhost:1";
    System.arraycopy(more, 0, args, 5, more.length);
    return CommandLineRun.of(args);
  }

  private static void shouldFail(CommandLineRun run, int exitCode, String said) {
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains(said).doesNotContain("should not have happened");
    assertThat(run.exitCode()).isEqualTo(exitCode);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x.csv", "x.JSON", "x.tar.gz", "x.parquet.bak"})
  void shouldRefuseANameOfAnotherFormat(String name) throws Exception {
    shouldFail(export(folder.resolve(name)), 2, "NAME.duckdb or NAME.parquet");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void shouldRefuseANameThatDisagreesWithTheFormat() {
    shouldFail(
        export(folder.resolve("x.duckdb"), "--format", "parquet"), 2, "no name for --format");
    shouldFail(
        export(folder.resolve("x.parquet"), "--format", "duckdb"), 2, "no name for --format");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x.duckdb", "x.parquet", "x.DB", "x", ".x"})
  void shouldAskTheDaemonForAnythingElse(String name) throws Exception {
    shouldFail(export(folder.resolve(name)), 1, "is the daemon running there?");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void shouldSayThatAFolderIsNotThere() throws Exception {
    shouldFail(export(folder.resolve("no/such/x.duckdb")), 1, "no such folder");
    Path file = Files.writeString(folder.resolve("file"), "");
    shouldFail(export(file.resolve("x.duckdb")), 1, "folder");
  }

  @Test
  void shouldNotReplaceAFileUnlessToldTo() throws Exception {
    Path file = Files.writeString(folder.resolve("mine.duckdb"), "the work of a week");
    shouldFail(export(file), 1, "--force replaces it");
    shouldFail(export(file, "--force"), 1, "is the daemon running there?");
    assertThat(file).hasContent("the work of a week");
    Path inner = Files.createDirectory(folder.resolve("folder.duckdb"));
    shouldFail(export(inner, "--force"), 1, "is no file");
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("mine.duckdb", "folder.duckdb");
  }

  @Test
  void shouldSayThatAFileToImportIsNotThere() {
    shouldFail(
        CommandLineRun.of("import", folder.resolve("none").toString(), "--address", "localhost:1"),
        2,
        "is no file");
  }
}
