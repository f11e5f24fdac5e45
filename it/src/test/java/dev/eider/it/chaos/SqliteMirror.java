package dev.eider.it.chaos;

import dev.eider.it.Daemon;
import dev.eider.it.RunCalls;
import dev.eider.it.mirror.MirrorProcess;
import dev.eider.it.mirror.MirrorTable;
import dev.eider.it.testkit.History;
import dev.eider.it.testkit.History.Place;
import dev.eider.it.testkit.Mirrored;
import dev.eider.it.testkit.Reader;
import dev.eider.it.testkit.workload.Plays;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** The reference mirror in a process of its own, to be killed. Owned by the test thread. */
final class SqliteMirror implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final MirrorProcess process;

  SqliteMirror(Path directory, Daemon daemon) {
    process = MirrorProcess.start(directory, daemon.target());
  }

  void killAndStart() {
    process.kill9();
    process.start();
  }

  /** Waits until it has every event of the runs that are there, and records what it has. */
  void record(Daemon daemon, History history) {
    Map<String, Long> heads = new HashMap<>(new RunCalls(daemon).heads());
    heads.keySet().removeIf(history::mayBeDeleted);
    heads.values().removeIf(head -> head == 0);
    try (MirrorTable table = MirrorTable.open(process.file())) {
      Map<String, Reader> readers = new HashMap<>();
      List<Place> places = new ArrayList<>();
      Awaitility.await("the mirror has everything")
          .atMost(SOON)
          .until(
              () -> {
                process.shouldRun();
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

  @Override
  public void close() {
    process.close();
  }
}
