package dev.eider.it.damage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.DuckDbFile;
import dev.eider.it.Events;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.StreamChecker;
import dev.eider.v1.Event;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * The data directory of a killed daemon, and what every reader must get of it. In it are a run that
 * DuckDB has whole, one that it has in part, and one that only the log has. Owned by the test
 * thread.
 */
final class Recorded {
  static final Duration SOON = Duration.ofSeconds(30);

  /** What is asked for is persisted; nothing else is, for the time of a test. */
  private static final Map<String, String> UNHURRIED =
      Map.of(
          "segment-bytes-max", "8192",
          "persist-linger-ms", "60000",
          "checkpoint-idle-ms", "3600000");

  private final Path directory;
  private final Map<String, StreamChecker> written = new HashMap<>();

  private Recorded(Class<?> suite, String name) {
    directory = RepositoryRoot.workDirectory(suite.getSimpleName()).resolve(name);
    Directories.empty(directory);
  }

  /** DuckDB's write-ahead log has what it took, and the log still has everything. */
  static Recorded untrimmed(Class<?> suite) {
    Recorded recorded = new Recorded(suite, "untrimmed");
    recorded.record(UNHURRIED);
    return recorded;
  }

  /** Most of what DuckDB has is in its file, and the log has given it up. */
  static Recorded trimmed(Class<?> suite) {
    Recorded recorded = new Recorded(suite, "trimmed");
    Map<String, String> hurried = new HashMap<>(UNHURRIED);
    hurried.put("checkpoint-bytes", "1024");
    recorded.record(hurried);
    return recorded;
  }

  private void record(Map<String, String> settings) {
    try (Daemon daemon = Daemon.start(directory, Daemon.SHORT_LIVED, settings)) {
      RunCalls runs = new RunCalls(daemon);
      runs.publish("part", events(0, 150));
      runs.publish("whole", events(0, 300));
      runs.close("whole");
      if (settings.containsKey("checkpoint-bytes")) {
        Awaitility.await("the log is trimmed")
            .atMost(SOON)
            .until(() -> daemon.counters().getLogSegments() < 4);
      }
      runs.publish("part", events(150, 100));
      runs.publish("log-only", events(0, 100));
      runs.heads().forEach((run, head) -> written.put(run, follow(daemon, run, head)));
      daemon.kill9();
    }
  }

  private static List<Event> events(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(n -> Events.prompt(n, "what is seen at turn " + n))
        .toList();
  }

  private static StreamChecker follow(Daemon daemon, String run, long head) {
    try (RunReader reader = RunReader.fromStart(daemon.channel(), run)) {
      reader.awaitSeq(head, SOON);
      reader.close();
      reader.checker().shouldHaveAllUpTo(head);
      return reader.checker();
    }
  }

  /** A copy to damage. */
  DataFiles copy() {
    return new DataFiles(directory.resolve("data")).copyTo(directory.resolve("copy/data"));
  }

  /** Starts a daemon on the copy. */
  Daemon startOnCopy() {
    return Daemon.start(directory.resolve("copy"), Daemon.SHORT_LIVED, Map.of());
  }

  /**
   * Fails unless the daemon has everything, live, cold and in SQL, and takes more. Stops the
   * daemon.
   */
  void shouldBeWholeIn(Daemon daemon) {
    RunCalls runs = new RunCalls(daemon);
    Map<String, StreamChecker> live = new HashMap<>();
    List<String> open = new ArrayList<>(written.keySet());
    open.remove("whole");
    written.forEach(
        (run, before) -> {
          StreamChecker now = follow(daemon, run, before.lastSeq());
          now.shouldEqual(before);
          live.put(run, now);
        });
    for (String run : open) {
      runs.publish(run, events(0, 10));
      RunReader reader = RunReader.resume(daemon.channel(), run, live.get(run));
      runs.close(run);
      reader.awaitRunClosed(SOON).shouldHaveAllUpTo(written.get(run).lastSeq() + 10);
    }
    live.forEach(
        (run, checker) -> {
          ColdRead cold = ColdRead.of(daemon.channel(), run);
          cold.checker().shouldEqual(checker);
          cold.checker().shouldHaveDigest(cold.end().getDigest());
        });
    daemon.terminate(20);
    try (DuckDbFile file = DuckDbFile.of(daemon)) {
      Map<String, List<Long>> stored = new HashMap<>();
      file.rows(
          "SELECT run_id, count(*), count(DISTINCT seq), max(seq) FROM events GROUP BY run_id",
          row ->
              stored.put(
                  row.getString(1), List.of(row.getLong(2), row.getLong(3), row.getLong(4))));
      live.forEach(
          (run, checker) -> assertThat(stored.get(run)).as(run).containsOnly(checker.lastSeq()));
    }
  }

  /** Removes everything. */
  void delete() {
    Directories.delete(directory);
  }
}
