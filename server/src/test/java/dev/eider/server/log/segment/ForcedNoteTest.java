package dev.eider.server.log.segment;

import static dev.eider.server.log.segment.LogSamples.SMALL;
import static dev.eider.server.log.segment.LogSamples.commitEach;
import static dev.eider.server.log.segment.LogSamples.files;
import static dev.eider.server.log.segment.LogSamples.restore;
import static dev.eider.server.log.segment.LogSamples.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.log.LogCorruptedException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the note beside the segments tells a start. */
@Timeout(60)
final class ForcedNoteTest {
  private static final String[] TEXTS = {"one", "two", "x".repeat(600), "three", "four"};

  @TempDir Path directory;

  /** A log whose process was killed right after an acknowledgement. */
  private Map<String, byte[]> killed;

  private long end;

  @BeforeEach
  void writeLog() throws Exception {
    try (SegmentedLog log = open()) {
      commitEach(log, TEXTS);
      end = log.endPosition();
      killed = files(directory);
    }
    restore(directory, killed);
    assertThat(killed).hasSize(3);
  }

  @Test
  void shouldWriteTheSpecifiedBytes() {
    byte[] expected =
        HexFormat.of().parseHex(String.format("45494445524e4f54%016x0000000000000000", end));
    CRC32C crc = new CRC32C();
    crc.update(expected, 0, 20);
    ByteBuffer.wrap(expected).putInt(20, (int) crc.getValue());
    assertThat(killed.get(ForcedNote.NAME)).isEqualTo(expected);
  }

  @Test
  void shouldNotSpeakForWhatWasNotForced() throws Exception {
    // given
    try (SegmentedLog log = open()) {
      log.append(LogSamples.RUN, 1, LogSamples.body("not forced"));
      log.commit(false);

      // then
      assertThat(files(directory).get(ForcedNote.NAME)).isEqualTo(killed.get(ForcedNote.NAME));

      // when
      log.force();

      // then
      assertThat(ForcedNote.read(new FileDisk(directory))).isEqualTo(log.endPosition());
    }
  }

  @Test
  void shouldRefuseALastFileThatWasCut() throws Exception {
    // given
    String last = lastName();
    byte[] whole = LogSamples.withoutRoom(killed.get(last));
    for (int length = 0; length < whole.length; length++) {
      Map<String, byte[]> cut = new TreeMap<>(killed);
      cut.put(last, Arrays.copyOf(whole, length));
      restore(directory, cut);

      // when, then
      assertThatThrownBy(this::open)
          .isInstanceOf(LogCorruptedException.class)
          .hasMessageContainingAll(last, "is damaged at byte", "forced", "Nothing was changed");
    }
  }

  @Test
  void shouldGoOnWhenTheAdviceToLoseRecordsIsFollowed() throws Exception {
    // given
    String last = lastName();
    byte[] whole = LogSamples.withoutRoom(killed.get(last));
    Files.write(directory.resolve(last), Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(this::open).hasMessageContaining("instead, move the file forced away.");

    // when
    Files.delete(directory.resolve(ForcedNote.NAME));

    // then
    try (SegmentedLog log = open()) {
      assertThat(texts(log)).containsExactly(Arrays.copyOf(TEXTS, TEXTS.length - 1));
    }
  }

  @Test
  void shouldRefuseWhenTheLastFileIsMissing() throws Exception {
    Files.delete(directory.resolve(lastName()));
    assertThatThrownBy(this::open)
        .isInstanceOf(LogCorruptedException.class)
        .hasMessageContainingAll(
            Segment.nameOf(0), "the log was on disk up to position " + end, "files are missing");
  }

  @Test
  void shouldRefuseWhenAllFilesAreMissing() throws Exception {
    restore(directory, Map.of(ForcedNote.NAME, killed.get(ForcedNote.NAME)));
    assertThatThrownBy(this::open)
        .isInstanceOf(LogCorruptedException.class)
        .hasMessageContainingAll("log files are missing", "move forced away");
  }

  @Test
  void shouldDoWithoutANoteThatIsDamaged() throws Exception {
    byte[] whole = killed.get(ForcedNote.NAME);
    for (int length = 0; length <= whole.length; length++) {
      // given
      byte[] damaged = Arrays.copyOf(whole, length);
      if (length == whole.length) {
        damaged[9] ^= 64;
      }
      restore(directory, killed);
      Files.write(directory.resolve(ForcedNote.NAME), damaged);

      // when, then
      try (SegmentedLog log = open()) {
        assertThat(texts(log)).containsExactly(TEXTS);
      }
      assertThat(ForcedNote.read(new FileDisk(directory))).isEqualTo(end);
    }
  }

  private String lastName() {
    return new TreeMap<>(killed).headMap(ForcedNote.NAME).lastKey();
  }

  private SegmentedLog open() throws Exception {
    return SegmentedLog.open(new FileDisk(directory), SMALL, 0);
  }
}
