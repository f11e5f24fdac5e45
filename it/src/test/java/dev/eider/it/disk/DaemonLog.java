package dev.eider.it.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;

/** What the daemon says for its operator. */
final class DaemonLog {
  private static final int WARNINGS_MAX = 60;
  private static final int LINES_MAX = 600;

  private DaemonLog() {}

  /** A state that lasts is told when it begins and ends, and now and then, not at every request. */
  static void shouldNotBeFlooded(Daemon daemon) {
    List<String> lines;
    try {
      lines = Files.readAllLines(daemon.logFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(lines.size()).as("lines of %s", daemon.logFile()).isLessThan(LINES_MAX);
    assertThat(lines.stream().filter(line -> line.matches(".* (WARN|ERROR) .*")).count())
        .as("warnings in %s", daemon.logFile())
        .isLessThan(WARNINGS_MAX);
  }
}
