package dev.eider.it.damage;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.RepositoryRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A start of the daemon that must not succeed. Immutable.
 *
 * @param errors what it wrote to stderr
 */
record RefusedStart(int exitCode, String errors) {
  private static final long SECONDS_MAX = 60;
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
    Path errors = scratch.resolve("errors");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(errors.toFile())
              .start();
      if (!process.waitFor(SECONDS_MAX, SECONDS)) {
        process.destroyForcibly().waitFor(10, SECONDS);
        throw new AssertionError("it started, or hangs:\n" + Files.readString(errors));
      }
      return new RefusedStart(process.exitValue(), Files.readString(errors));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
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
    check(exitCode == FAILED, "it ended with " + exitCode);
    check(said.size() == 1, "it says " + said.size() + " lines");
    check(errors.lines().noneMatch(line -> line.startsWith("\tat ")), "it shows a stack trace");
    check(!said.get(0).contains("should not have happened"), "it is a surprise");
    for (String word : words) {
      check(said.get(0).contains(word), "it does not say \"" + word + "\"");
    }
  }

  private void check(boolean holds, String problem) {
    if (!holds) {
      throw new AssertionError(problem + ":\n" + errors);
    }
  }
}
