package dev.eider.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Runs programs, each with a deadline. */
public final class Commands {
  private static final int SECONDS_MAX = 60;

  private Commands() {}

  /** How a program ended, and what it printed, errors included. */
  public record Result(int code, String output) {}

  /** Runs one that must succeed; returns what it printed. */
  public static String run(String... command) {
    Result result = execute(List.of(command));
    if (result.code != 0) {
      throw new AssertionError(String.join(" ", command) + " ended with " + result);
    }
    return result.output;
  }

  /** Returns whether it succeeded. */
  public static boolean tryRun(String... command) {
    return isThere(command[0]) && execute(List.of(command)).code == 0;
  }

  /** Says whether there is a program of this name. */
  public static boolean isThere(String program) {
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
    return Arrays.stream(path.split(":"))
        .filter(directory -> !directory.isEmpty())
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  public static Result execute(List<String> command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().merge("PATH", ":/usr/sbin:/sbin", String::concat);
      Process process = builder.start();
      process.onExit().orTimeout(SECONDS_MAX, SECONDS).exceptionally(late -> kill(process));
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Result(awaitExit(process, SECONDS_MAX, () -> output), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits for a process to end, which is killed when it does not; returns its exit code.
   *
   * @param output for the message of a failure
   */
  public static int awaitExit(Process process, long secondsMax, Supplier<String> output) {
    try {
      return process.onExit().orTimeout(secondsMax, SECONDS).join().exitValue();
    } catch (CompletionException late) {
      kill(process);
      throw new AssertionError("still running after " + secondsMax + " s\n" + output.get(), late);
    }
  }

  private static Process kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    return process.destroyForcibly();
  }
}
