package dev.eider.server.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.RunAssertions;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreRows;
import dev.eider.server.store.TestLog;
import dev.eider.server.store.connection.StoreConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Crashes of a writing process, each in a process of its own. */
@Timeout(300)
class CrashTest {
  private static final int CRASHES = 3;
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05.678Z"), ZoneOffset.UTC);

  @TempDir Path directory;

  @Test
  void shouldKeepPositionAndRowsTogetherThroughCrashes() throws Exception {
    long seed = Long.getLong("eider.seed", System.nanoTime());
    System.out.println("-Deider.seed=" + seed);
    Random random = new Random(seed);
    for (int i = 0; i < CRASHES; i++) {
      // when
      runWriter(CrashingWriter.BATCHES, random.nextInt(10), 50 + random.nextInt(500));

      // then
      try (DuckDbStore store = open()) {
        assertAgrees(store);
      }
    }
  }

  @Test
  void shouldSetADamagedWriteAheadLogAsideAndPersistAgain() throws Exception {
    // given
    runWriter(8, 3, 0);
    Path wal = directory.resolve("events.duckdb.wal");
    // Among the rows of the second of its four batches; a flipped length looks like a torn end.
    flipBit(wal, Files.size(wal) * 3 / 8);

    // when
    try (DuckDbStore store = open()) {
      // then
      assertThat(directory.resolve("events.duckdb.wal.damaged-20260102T030405.678Z")).exists();
      assertThat(batchesPersisted(store)).isEqualTo(4);
      assertAgrees(store);

      // when
      TestLog log = new TestLog();
      for (int i = 0; i < 8; i++) {
        PersistBatch batch = CrashingWriter.nextBatch(log, i);
        if (i >= 4) {
          store.persist(batch);
        }
      }

      // then
      assertThat(batchesPersisted(store)).isEqualTo(8);
      assertAgrees(store);
    }
  }

  @Test
  void shouldTakeATornWriteAheadLogUpToItsLastWholeTransaction() throws Exception {
    // given
    runWriter(8, 3, 0);
    Path wal = directory.resolve("events.duckdb.wal");
    byte[] bytes = Files.readAllBytes(wal);
    Files.write(wal, Arrays.copyOf(bytes, bytes.length - 100));

    // when
    try (DuckDbStore store = open()) {
      // then
      assertThat(batchesPersisted(store)).isEqualTo(7);
      assertAgrees(store);
    }
  }

  /** Holds when the file is what persisting whole batches up to its position makes. */
  private static void assertAgrees(DuckDbStore store) throws StoreException {
    int batches = batchesPersisted(store);
    TestLog log = new TestLog();
    long events = 0;
    for (int i = 0; i < batches; i++) {
      events += CrashingWriter.nextBatch(log, i).events().size();
    }
    assertThat(StoreRows.of(store, "SELECT count(*), count(DISTINCT (run_id, seq)) FROM events"))
        .containsExactly(List.of(events, events));
    if (batches > 0) {
      assertThat(store.persistedPosition()).isEqualTo(log.position());
      for (int run = 0; run < CrashingWriter.RUNS; run++) {
        FoldedRun expected = log.run("run-" + run);
        RunAssertions.assertSame(store.reader().findRun(expected.runId()), expected);
      }
    }
    assertThat(store.reader().findRun(new RunId("run-" + CrashingWriter.RUNS))).isNull();
  }

  private static int batchesPersisted(DuckDbStore store) throws StoreException {
    long position = store.persistedPosition();
    assertThat(position == 0 || position % CrashingWriter.PUBLISHES_A_BATCH == CrashingWriter.RUNS)
        .as("position %d lies between batches", position)
        .isTrue();
    return (int) (position / CrashingWriter.PUBLISHES_A_BATCH);
  }

  private DuckDbStore open() throws StoreException {
    Path file = directory.resolve("events.duckdb");
    return DuckDbStore.open(StoreConfig.of(file, directory.resolve("tmp")), CLOCK);
  }

  private void runWriter(int batches, int checkpointAfter, long liveMs)
      throws IOException, InterruptedException {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingWriter.class.getName(),
                directory.resolve("events.duckdb").toString(),
                Integer.toString(batches),
                Integer.toString(checkpointAfter),
                Long.toString(liveMs))
            .redirectErrorStream(true)
            .redirectOutput(new File(directory.toFile(), "writer.log"))
            .start();
    if (!writer.waitFor(100, TimeUnit.SECONDS)) {
      writer.destroyForcibly();
    }
    assertThat(writer.waitFor())
        .as(() -> read(directory.resolve("writer.log")))
        .isEqualTo(liveMs > 0 ? writer.exitValue() : 0)
        .isIn(0, 1);
    assertThat(read(directory.resolve("writer.log"))).doesNotContain("Exception");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void flipBit(Path file, long offset) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[Math.toIntExact(offset)] ^= 0x10;
    Files.write(file, bytes);
  }
}
