package dev.eider.it.mirror;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.RunCalls;
import dev.eider.it.testkit.History;
import dev.eider.it.testkit.History.Place;
import dev.eider.it.testkit.Mirrored;
import dev.eider.it.testkit.Reader;
import dev.eider.it.testkit.workload.Plays;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** The reference mirror in a process of its own, to be killed. Owned by the test thread. */
public final class SqliteMirror implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Path directory;
  private final String address;
  private Process process;

  public SqliteMirror(Path directory, Daemon daemon) {
    this.directory = directory;
    this.address = daemon.target();
    start();
  }

  private void start() {
    Path temp = directory.resolve("tmp");
    try {
      Directories.empty(temp);
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-Djava.io.tmpdir=" + temp,
                  "-cp",
                  System.getProperty("java.class.path"),
                  Mirror.class.getName(),
                  address,
                  file().toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("the mirror cannot be started", e);
    }
  }

  public void killAndStart() {
    kill9();
    start();
  }

  private void kill9() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(10, SECONDS)) {
        throw new AssertionError("the mirror outlives kill -9");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Fails if it has ended by itself. */
  private void shouldRun() {
    if (!process.isAlive()) {
      throw new AssertionError("the mirror ended with " + process.exitValue() + said());
    }
  }

  /** Waits until it has every event of the runs that are there, and records what it has. */
  public void record(Daemon daemon, History history) {
    Map<String, Long> heads = new HashMap<>(new RunCalls(daemon).heads());
    heads.keySet().removeIf(history::mayBeDeleted);
    heads.values().removeIf(head -> head == 0);
    try (MirrorTable table = MirrorTable.open(file())) {
      Map<String, Reader> readers = new HashMap<>();
      List<Place> places = new ArrayList<>();
      Awaitility.await("the mirror has everything")
          .atMost(SOON)
          .until(
              () -> {
                shouldRun();
                return counts(table).entrySet().containsAll(heads.entrySet());
              });
      table.forEach(
          envelope -> {
            places.add(new Place(envelope.runId(), envelope.seq()));
            if (heads.containsKey(envelope.runId())) {
              readers
                  .computeIfAbsent(envelope.runId(), id -> history.read("the mirror", id, 0))
                  .saw(Plays.stored(envelope));
            }
          });
      history.mirrored(new Mirrored("the mirror in SQLite", places, true, place -> true));
    } catch (SQLException e) {
      throw new AssertionError("the mirror's file cannot be read", e);
    }
  }

  private static Map<String, Long> counts(MirrorTable table) throws SQLException {
    Map<String, Long> counts = new HashMap<>();
    table.forEach(envelope -> counts.merge(envelope.runId(), 1L, Long::sum));
    return counts;
  }

  private Path file() {
    return directory.resolve("mirror.sqlite");
  }

  private Path log() {
    return directory.resolve("mirror.log");
  }

  private String said() {
    try {
      return "\n" + Files.readString(log());
    } catch (IOException e) {
      return " and left no log";
    }
  }

  @Override
  public void close() {
    kill9();
  }
}
