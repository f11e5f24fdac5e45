package dev.eider.it.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.Events;
import dev.eider.it.Refusal;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import dev.eider.it.Workers;
import dev.eider.v1.Run;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Of a run that is opened and one of a file with its id there is one, for everybody and for good.
 */
@Timeout(240)
class LibraryRaceIT {
  private static final int RUNS = 1_000;
  private static final int FILES = 10;
  private static final int FILE_EVENTS = 100;
  private static final int READERS = 100;
  private static final int PUBLISHERS = 4;
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path library;

  @Test
  void shouldHaveEachIdOnceWhateverComesFirst() throws Exception {
    // given files with the same runs that clients are about to open, in another order
    for (int part = 0; part < FILES; part++) {
      try (OlderFile file = new OlderFile(library.resolve("part-" + part + ".duckdb"))) {
        file.addRows(
            ("SELECT 'race-' || (%d * (i // %d) + %d), 'file', CAST(i %% %d AS INTEGER), 'wrong',"
                    + " '{\"kind\":\"metric\",\"name\":\"file\",\"value\":1}',"
                    + " TIMESTAMP '2025-01-01 00:00:00', 1 FROM range(%d) numbers(i)")
                .formatted(FILES, FILE_EVENTS, part, FILE_EVENTS, RUNS / FILES * FILE_EVENTS));
      }
    }
    Daemon daemon =
        LibraryFiles.start("LibraryRace", Map.of("grace-ms", "0"), "--library", library.toString());
    List<RunReader> readers = new ArrayList<>();
    try {
      for (int i = 0; i < READERS; i++) {
        readers.add(RunReader.fromStart(daemon.channel(), runId(i * (RUNS / READERS))));
      }

      // when
      Set<String> own = publishToAll(daemon);
      LibraryFiles.awaitIndexed(daemon);

      // then each run is the one or the other, whoever asks
      RunCalls runs = new RunCalls(daemon);
      runs.closeAll(own, SOON);
      assertThat(runs.heads()).hasSize(RUNS);
      for (int i = 0; i < RUNS; i++) {
        Run run = runs.get(runId(i));
        boolean isOwn = own.contains(run.getRunId());
        assertThat(run.getInLibrary()).as("%s", run).isEqualTo(!isOwn);
        assertThat(run.getHeadSeq()).isEqualTo(isOwn ? 2 : FILE_EVENTS);
      }
      for (RunReader reader : readers) {
        // It compares what came with the run's digest.
        reader.awaitRunClosed(SOON);
        ColdRead.of(daemon.channel(), reader.runId()).checker().shouldEqual(reader.checker());
      }
      System.out.printf("of %d runs %d are the daemon's own%n", RUNS, own.size());
      assertThat(daemon.info().getLibraries().getRuns()).isEqualTo(RUNS - own.size());
    } finally {
      readers.forEach(RunReader::close);
      daemon.close();
    }
  }

  /** Returns the runs that were opened. */
  private static Set<String> publishToAll(Daemon daemon) {
    RunCalls runs = new RunCalls(daemon);
    List<String> ids =
        new ArrayList<>(IntStream.range(0, RUNS).mapToObj(LibraryRaceIT::runId).toList());
    Collections.shuffle(ids, new Random(7));
    Set<String> own = ConcurrentHashMap.newKeySet();
    Workers.forEach(
        ids,
        PUBLISHERS,
        Duration.ofSeconds(120),
        runId -> {
          if (isOpened(runs, runId)) {
            own.add(runId);
          }
        });
    return own;
  }

  private static boolean isOpened(RunCalls runs, String runId) {
    try {
      runs.publish(runId, Events.metric("own", 0, "own", 1), Events.metric("own", 1, "own", 2));
      return true;
    } catch (StatusRuntimeException e) {
      assertThat(Refusal.of(e).reason()).isEqualTo("RUN_READ_ONLY");
      return false;
    }
  }

  private static String runId(int number) {
    return "race-" + number;
  }
}
