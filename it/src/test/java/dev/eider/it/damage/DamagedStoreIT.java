package dev.eider.it.damage;

import static dev.eider.it.damage.DataFiles.change;
import static dev.eider.it.damage.DataFiles.cut;
import static dev.eider.it.damage.DataFiles.delete;
import static dev.eider.it.damage.DataFiles.flip;
import static dev.eider.it.damage.DataFiles.write;
import static dev.eider.it.damage.DataFiles.zero;
import static dev.eider.it.damage.RefusedStart.shouldSay;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.it.Daemon;
import dev.eider.it.DuckDbFile;
import dev.eider.it.Scale;
import dev.eider.it.Seed;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A daemon whose DuckDB file, or DuckDB's own write-ahead log, is damaged or lost. */
@Timeout(1800)
class DamagedStoreIT {
  private static final int DAMAGES = Scale.of("eider.it.damages", 5, 200);

  /** Where DuckDB's three headers end. */
  private static final int HEADER_BYTES = 3 * 4096;

  private static Recorded untrimmed;
  private static Recorded trimmed;

  private final Random random = Seed.random(DamagedStoreIT.class);

  @BeforeAll
  static void record() {
    untrimmed = Recorded.untrimmed(DamagedStoreIT.class);
    trimmed = Recorded.trimmed(DamagedStoreIT.class);
  }

  @AfterAll
  static void removeFiles() {
    untrimmed.delete();
    trimmed.delete();
  }

  @Test
  void shouldMakeGoodADamagedWriteAheadLog() {
    for (int i = 0; i < DAMAGES; i++) {
      DataFiles data = untrimmed.copy();
      assertThat(data.databaseLog()).as("DuckDB's write-ahead log").isNotEmptyFile();
      int length = (int) data.databaseLog().toFile().length();
      change(data.databaseLog(), damage(i, random.nextInt(length)));
      try (Daemon daemon = untrimmed.startOnCopy()) {
        untrimmed.shouldBeWholeIn(daemon);
      }
    }
  }

  private UnaryOperator<byte[]> damage(int kind, int offset) {
    return switch (kind % 5) {
      case 0 -> flip(offset, random.nextInt(8));
      case 1 -> cut(offset);
      case 2 -> zero(offset, 512);
      case 3 -> zero(0, Integer.MAX_VALUE);
      default ->
          bytes -> {
            random.nextBytes(bytes);
            return bytes;
          };
    };
  }

  @Test
  void shouldKeepTheDamagedWriteAheadLog() {
    DataFiles data = untrimmed.copy();
    // In the middle of an entry: DuckDB takes one whose length is damaged for the end of its log.
    change(data.databaseLog(), flip((int) data.databaseLog().toFile().length() / 2, 1));
    byte[] damaged = data.contents().get("events.duckdb.wal");
    try (Daemon daemon = untrimmed.startOnCopy()) {
      untrimmed.shouldBeWholeIn(daemon);
    }
    Map<String, byte[]> left = data.contents();
    left.keySet().removeIf(name -> !name.startsWith("events.duckdb.wal.damaged-"));
    assertThat(left.values()).containsExactly(damaged);
  }

  @Test
  void shouldRefuseADamagedDatabase() {
    DataFiles whole = trimmed.copy();
    int length = (int) whole.database().toFile().length();
    for (int i = 0; i < DAMAGES; i++) {
      DataFiles data = trimmed.copy();
      switch (i % 5) {
        case 0 -> change(data.database(), flip(random.nextInt(4096), random.nextInt(8)));
        case 1 -> change(data.database(), cut(random.nextInt(HEADER_BYTES)));
        case 2 -> change(data.database(), cut(HEADER_BYTES + random.nextInt(length / 2)));
        case 3 -> change(data.database(), zero(0, HEADER_BYTES));
        default -> change(data.database(), cut(0));
      }
      shouldSay(data, data.database().toString(), "damaged", "restore it from a copy");
    }
    DataFiles data = trimmed.copy();
    write(data.database(), "not a database".repeat(10_000));
    shouldSay(data, data.database().toString(), "no DuckDB file");
  }

  @Test
  void shouldRefuseALostDatabaseOnceTheLogIsTrimmed() {
    DataFiles data = trimmed.copy();
    delete(data.database());
    Path first = data.segments().get(0);
    for (int i = 0; i < 2; i++) {
      shouldSay(
          data,
          "the log's first file is " + first.getFileName(),
          "the store is empty: put the store's file back");
    }
  }

  @Test
  void shouldBuildALostDatabaseAnewFromAWholeLog() {
    DataFiles data = untrimmed.copy();
    delete(data.database());
    try (Daemon daemon = untrimmed.startOnCopy()) {
      untrimmed.shouldBeWholeIn(daemon);
    }
  }

  @Test
  void shouldRefuseADatabaseThatIsOlderThanTheLog() {
    DataFiles data = trimmed.copy();
    DuckDbFile.change(data.database(), "UPDATE eider.store_state SET persisted_position = 0");
    shouldSay(data, "the log's first file is ", "the positions from 0 to ");
  }

  @Test
  void shouldRefuseADatabaseThatIsNewerThanTheLog() {
    DataFiles data = trimmed.copy();
    DuckDbFile.change(
        data.database(), "UPDATE eider.store_state SET persisted_position = 100000000");
    shouldSay(data, "its last record ends here, though the store holds the records before");
  }

  @Test
  void shouldRefuseADatabaseOfANewerFormatOrOfAnotherProgram() {
    DataFiles data = untrimmed.copy();
    DuckDbFile.change(data.database(), "UPDATE eider.store_state SET format_version = 4");
    shouldSay(data, data.database().toString(), "has format version 4", "start the newer daemon");

    data = untrimmed.copy();
    delete(data.database());
    delete(data.databaseLog());
    DuckDbFile.change(data.database(), "CREATE TABLE events(run_id VARCHAR)");
    shouldSay(data, data.database().toString(), "has tables of another program");
  }
}
