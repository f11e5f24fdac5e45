package dev.eider.it.disk;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Runs the system's own tools, each with a deadline. */
final class Commands {
  private static final int SECONDS_MAX = 30;

  private Commands() {}

  /** Runs one that must succeed; returns what it printed. */
  static String run(List<String> command) {
    Result result = execute(command);
    if (result.code != 0) {
      throw new AssertionError(command + " ended with " + result.code + ": " + result.output);
    }
    return result.output;
  }

  /** Returns whether it succeeded. */
  static boolean tryRun(List<String> command) {
    return execute(command).code == 0;
  }

  /** Says whether there is a program of this name. */
  static boolean isThere(String program) {
    String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
    return Arrays.stream(path.split(":"))
        .filter(directory -> !directory.isEmpty())
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  static int userId() {
    return Integer.parseInt(run(List.of("id", "-u")).trim());
  }

  private static Result execute(List<String> command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().merge("PATH", ":/usr/sbin:/sbin", String::concat);
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(SECONDS_MAX, SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " still ran after " + SECONDS_MAX + " s");
      }
      return new Result(process.exitValue(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private record Result(int code, String output) {}
}
