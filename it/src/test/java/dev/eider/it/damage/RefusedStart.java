package dev.eider.it.damage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Commands;
import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.RepositoryRoot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A start of the daemon that must not succeed. Immutable.
 *
 * @param errors what it printed
 */
record RefusedStart(int exitCode, String errors) {
  private static final int FAILED = 1;

  /** Starts it on a data directory and waits for its end. */
  static RefusedStart on(Path dataDirectory) {
    return on(dataDirectory, List.of());
  }

  /**
   * Starts it with another command in front.
   *
   * @param wrapper the words before {@code java}
   */
  static RefusedStart on(Path dataDirectory, List<String> wrapper) {
    Path scratch = RepositoryRoot.workDirectory("refused-start-" + ProcessHandle.current().pid());
    Directories.empty(scratch.resolve("tmp"));
    scratch.resolve("tmp").toFile().setWritable(true, false);
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(Daemon.serve(scratch.resolve("tmp"), Daemon.SHORT_LIVED));
    command.addAll(List.of("--port", "0", "--data-dir", dataDirectory.toString()));
    try {
      Commands.Result result = Commands.execute(command);
      return new RefusedStart(result.code(), result.output());
    } finally {
      Directories.delete(scratch);
    }
  }

  /** Starts it, expects words, and expects every file to be as it was. */
  static void shouldSay(DataFiles data, String... words) {
    Map<String, byte[]> before = data.contents();
    on(data.directory()).shouldSay(words);
    data.shouldBe(before);
  }

  /** Fails unless it ended with 1 and one line for the operator that has all these words. */
  void shouldSay(String... words) {
    List<String> said = errors.lines().filter(line -> line.startsWith("eider: ")).toList();
    assertThat(exitCode).as(errors).isEqualTo(FAILED);
    assertThat(said).as(errors).hasSize(1);
    assertThat(said.get(0)).contains(words).doesNotContain("should not have happened");
    assertThat(errors).as("no stack trace").doesNotContain("\tat ");
  }
}
