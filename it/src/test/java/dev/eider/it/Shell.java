package dev.eider.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;

/**
 * Runs commands as somebody does who pastes them into bash, in a directory where {@code ./eider} is
 * the packaged launcher. Owned by the test thread.
 */
public final class Shell {
  /** What is run is short, so that it pays to compile little. */
  private static final String QUICK = "-XX:TieredStopAtLevel=1";

  private static final int COMMAND_S = 60;

  private final Path directory;

  /** Makes the directory, or empties it. */
  public Shell(Path directory) {
    this.directory = directory;
    Directories.empty(directory);
    try {
      Path launcher = RepositoryRoot.daemonJar().resolveSibling("eider");
      Files.createSymbolicLink(directory.resolve("eider"), launcher);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path directory() {
    return directory;
  }

  /** Starts a script; its output, errors included, goes to {@link #output}. */
  public Process start(String script) {
    ProcessBuilder builder = new ProcessBuilder("bash", "-e", "-c", script);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("EIDER_JAVA_OPTS", QUICK);
    builder.directory(directory.toFile()).redirectErrorStream(true);
    try {
      return builder.redirectOutput(outputFile().toFile()).start();
    } catch (IOException e) {
      throw new UncheckedIOException("bash cannot be started", e);
    }
  }

  /** Runs a script to its end and returns what it printed; fails unless it exits with 0. */
  public String run(String script, long secondsMax) {
    int code = exitCode(start(script), secondsMax);
    if (code != 0) {
      throw new AssertionError("exit code " + code + " of\n" + script + output());
    }
    return output();
  }

  /** Runs a command of the launcher against a daemon and returns what it printed. */
  public String eider(Daemon daemon, String command, int exitCode) {
    Process process = start("export EIDER_ADDRESS=" + daemon.target() + "\n./eider " + command);
    Assertions.assertThat(exitCode(process, COMMAND_S)).as(command).isEqualTo(exitCode);
    return output();
  }

  public int exitCode(Process process, long secondsMax) {
    return Commands.awaitExit(process, secondsMax, this::output);
  }

  /** What the newest script has printed so far. */
  public String output() {
    try {
      return Files.readString(outputFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path outputFile() {
    return directory.resolve("output");
  }
}
