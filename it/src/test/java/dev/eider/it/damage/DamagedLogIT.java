package dev.eider.it.damage;

import static dev.eider.it.damage.DataFiles.change;
import static dev.eider.it.damage.DataFiles.contentOf;
import static dev.eider.it.damage.DataFiles.cut;
import static dev.eider.it.damage.DataFiles.delete;
import static dev.eider.it.damage.DataFiles.flip;
import static dev.eider.it.damage.DataFiles.framesEnd;
import static dev.eider.it.damage.DataFiles.write;
import static dev.eider.it.damage.DataFiles.zero;
import static dev.eider.it.damage.RefusedStart.shouldSay;

import dev.eider.it.Daemon;
import dev.eider.it.DuckDbFile;
import dev.eider.it.Scale;
import dev.eider.it.Seed;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A daemon whose log is damaged, lost, renamed, newer or mixed with other files. */
@Timeout(1800)
class DamagedLogIT {
  private static final int DAMAGES = Scale.of("eider.it.damages", 3, 200);

  private static Recorded recorded;

  private final Random random = Seed.random(DamagedLogIT.class);

  @BeforeAll
  static void record() {
    recorded = Recorded.untrimmed(DamagedLogIT.class);
  }

  @AfterAll
  static void removeFiles() {
    recorded.delete();
  }

  @Test
  void shouldRefuseDamageToWhatWasAcknowledged() {
    for (int i = 0; i < DAMAGES; i++) {
      DataFiles data = recorded.copy();
      Path newest = newestWithEvents(data);
      int offset = random.nextInt(framesEnd(newest) / 2);
      switch (i % 3) {
        case 0 -> change(newest, flip(offset, random.nextInt(8)));
        case 1 -> change(newest, cut(offset));
        default -> change(newest, zero(offset, 512));
      }
      shouldSay(
          data,
          newest.getFileName().toString(),
          "is damaged at byte ",
          "position ",
          "Nothing was changed",
          "Restore the file from a copy",
          "To lose the records from position ");
    }
  }

  @Test
  void shouldNameTheRunOfADamagedRecord() {
    DataFiles data = recorded.copy();
    Path newest = newestWithEvents(data);
    change(newest, flip(framesEnd(newest) / 2, 3));
    shouldSay(data, newest.getFileName() + " is damaged at byte ", "of run ", " as it seems");
  }

  @Test
  void shouldCutOffATornEndAndSayHowMuch() {
    DataFiles data = recorded.copy();
    int end = framesEnd(last(data));
    change(
        last(data),
        bytes -> {
          byte[] torn = Arrays.copyOf(bytes, Math.max(bytes.length, end + 1000));
          Arrays.fill(torn, end, end + 1000, (byte) 'x');
          return torn;
        });
    try (Daemon daemon = recorded.startOnCopy()) {
      recorded.shouldBeWholeIn(daemon);
      shouldHaveLogged(daemon, "is torn, as a crash leaves it: dropping 1000 bytes from byte ");
    }
  }

  @Test
  void shouldRefuseWhenFilesAreLost() {
    DataFiles data = recorded.copy();
    Path newest = newestWithEvents(data);
    data.segments().stream().filter(file -> file.compareTo(newest) >= 0).forEach(DataFiles::delete);
    shouldSay(data, "its last record ends here, though ", "Restore the file from a copy");

    data = recorded.copy();
    delete(data.directory().resolve("log"));
    shouldSay(
        data, "the log files are missing", "Restore them from a copy", "create an empty file");
  }

  @Test
  void shouldRefuseFilesThatAreNotWhatTheirNamesSay() {
    DataFiles data = recorded.copy();
    List<Path> segments = data.segments();
    change(segments.get(1), bytes -> contentOf(segments.get(0)));
    shouldSay(data, segments.get(1).getFileName() + " says that it is ", "renamed or copied");

    data = recorded.copy();
    write(data.directory().resolve("log/notes.log"), "what I saw");
    shouldSay(data, "notes.log is not named like a log file", "Move it out of the log's directory");

    data = recorded.copy();
    write(data.directory().resolve("log/00000000000000900000.log/x"), "in a directory");
    shouldSay(data, "00000000000000900000.log");
  }

  @Test
  void shouldPassOverFilesThatAreNoLogs() {
    DataFiles data = recorded.copy();
    write(data.directory().resolve("log/README"), "what I saw");
    write(data.directory().resolve("log/old/00000000000000000000.log"), "what I saw");
    write(data.directory().resolve("log/00000000000000000000.log.bak"), "what I saw");
    try (Daemon daemon = recorded.startOnCopy()) {
      recorded.shouldBeWholeIn(daemon);
    }
  }

  @Test
  void shouldRefuseALogOfANewerVersion() {
    DataFiles data = recorded.copy();
    change(
        last(data),
        bytes -> {
          ByteBuffer.wrap(bytes).putInt(8, 2);
          CRC32C crc = new CRC32C();
          crc.update(bytes, 0, 12);
          crc.update(bytes, 16, 16);
          ByteBuffer.wrap(bytes).putInt(12, (int) crc.getValue());
          return bytes;
        });
    shouldSay(
        data,
        last(data).getFileName() + " was written by a newer Eider (format 2), this one knows 1",
        "Start the newer one");
  }

  @Test
  void shouldRefuseADatabaseOfAnotherLog() {
    DataFiles data = recorded.copy();
    DuckDbFile.change(
        data.database(),
        "UPDATE eider.store_state SET persisted_position = persisted_position - 8");
    shouldSay(data, "do not belong together", "Put back");
  }

  private static void shouldHaveLogged(Daemon daemon, String words) {
    if (!daemon.logEnd().contains(words)) {
      throw new AssertionError("it does not say \"" + words + "\"" + daemon.logEnd());
    }
  }

  /** The newest file that is more than a header and marks. */
  private static Path newestWithEvents(DataFiles data) {
    return data.segments().stream()
        .filter(file -> framesEnd(file) > 1000)
        .reduce((older, newer) -> newer)
        .orElseThrow();
  }

  private static Path last(DataFiles data) {
    List<Path> segments = data.segments();
    return segments.get(segments.size() - 1);
  }
}
