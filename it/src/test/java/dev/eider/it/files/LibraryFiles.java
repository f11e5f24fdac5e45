package dev.eider.it.files;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import dev.eider.it.Daemon;
import dev.eider.it.Directories;
import dev.eider.it.Events;
import dev.eider.it.RepositoryRoot;
import dev.eider.it.RunCalls;
import dev.eider.it.Scale;
import dev.eider.v1.Event;
import dev.eider.v1.Libraries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A directory of files as libraries have them, and a daemon whose own their runs are as well. */
final class LibraryFiles {
  /** Runs that can be read from files, in these files. */
  static final List<String> READABLE =
      List.of("old-1", "old-2", "long-1", "long-2", "ex-1", "ex-2", "px-1");

  /** More than a file is read of at a time. */
  static final int LONG_EVENTS = Scale.of("eider.it.libraryEvents", 18_000, 30_000);

  private LibraryFiles() {}

  static Daemon start(String name, Map<String, String> settings, String... arguments) {
    Path directory = RepositoryRoot.workDirectory(name);
    Directories.empty(directory);
    return Daemon.start(directory, Daemon.SHORT_LIVED, settings, List.of(arguments));
  }

  /**
   * Writes older files, exported ones, and such as cannot be read; the daemon has the runs of the
   * former two afterwards, by import or since they were exported from it.
   */
  static void write(Path library, Daemon source) throws Exception {
    Path older = library.resolve("a-older.duckdb");
    writeOlder(older);
    playAndExport(source, library);
    FileCalls.importRuns(source, older);
    try (OlderFile file = new OlderFile(library.resolve("d-duplicate.duckdb"))) {
      file.add("old-1", 0, "metric", OlderFile.NINE_KINDS[8])
          .add("dup-1", 0, "metric", OlderFile.NINE_KINDS[8]);
    }
    try (OlderFile file = new OlderFile(library.resolve("e-own.duckdb"))) {
      file.add("own-1", 0, "metric", OlderFile.NINE_KINDS[8])
          .add("own-2", 0, "metric", OlderFile.NINE_KINDS[8])
          .add("own-3", 0, "metric", OlderFile.NINE_KINDS[8]);
    }
    byte[] whole = Files.readAllBytes(older);
    Files.write(
        library.resolve("g-damaged.duckdb"), java.util.Arrays.copyOf(whole, whole.length / 2));
    Files.writeString(library.resolve("h-notes.txt"), "These are old games.");
    try (OlderFile file = new OlderFile(library.resolve("i-wrong.duckdb"))) {
      file.add("wrong-1", 0, "metric", "{\"kind\":\"metric\",\"name\":\"x\"}");
    }
  }

  /** All nine kinds under wrong names, turns that came late, runs that lie among each other. */
  private static void writeOlder(Path path) throws Exception {
    try (OlderFile file = new OlderFile(path)) {
      file.add("old-1", 1, "metric", "{\"kind\":\"turn_start\",\"turn_num\":1}");
      for (String payload : OlderFile.NINE_KINDS) {
        file.add("old-1", 0, "wrong", payload).add("old-2", 0, "wrong", payload);
      }
      file.addRows(
          ("SELECT 'long-' || (1 + i %% 2), CASE WHEN i %% 3 = 0 THEN 'ada' ELSE 'bob' END,"
                  + " CAST((i * 7919) %% 50 AS INTEGER), 'wrong', CASE WHEN i %% 5 = 0"
                  + " THEN '{\"kind\":\"metric\",\"name\":\"n\",\"value\":' || i || '}'"
                  + " ELSE '{\"kind\":\"llm_prompt\",\"state_summary\":\"' || repeat('x', i %% 300)"
                  + " || '\"}' END, TIMESTAMP '2025-01-01 00:00:00' + to_milliseconds(i), 1"
                  + " FROM range(%d) numbers(i)")
              .formatted(2 * LONG_EVENTS));
      file.add("long-1", 40, "wrong", OlderFile.NINE_KINDS[0]);
    }
  }

  private static void playAndExport(Daemon source, Path library) {
    RunCalls calls = new RunCalls(source);
    for (String runId : List.of("ex-1", "px-1")) {
      calls.open(runId, Map.of("arena", "old"));
      for (int t = 0; t < 10; t++) {
        List<Event> events = new ArrayList<>();
        events.add(Events.turnStart("ada", t, Events.gold(t)));
        for (int i = 0; i < 400; i++) {
          events.add(Events.prompt(t, "x".repeat(i)));
        }
        calls.publish(runId, events);
      }
    }
    calls.fork("ex-1", 7, "ex-2");
    calls.publish("ex-2", Events.metric("ada", 7, "score", 1));
    for (String runId : List.of("ex-1", "ex-2", "px-1")) {
      calls.close(runId);
    }
    FileCalls.export(source, library.resolve("b-exported.duckdb"), List.of("ex-1", "ex-2"));
    FileCalls.export(source, library.resolve("c-exported.parquet"), List.of("px-1"));
  }

  /** Waits until every file has been looked at. */
  static Libraries awaitIndexed(Daemon daemon) {
    Awaitility.await("libraries are indexed")
        .atMost(Duration.ofSeconds(60))
        .until(() -> !daemon.info().getLibraries().getIndexing());
    return daemon.info().getLibraries();
  }

  /** A hash of each file of a directory, by name. */
  static Map<Path, HashCode> hashes(Path directory) throws IOException {
    Map<Path, HashCode> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        hashes.put(file, MoreFiles.asByteSource(file).hash(Hashing.sha256()));
      }
    }
    return hashes;
  }
}
