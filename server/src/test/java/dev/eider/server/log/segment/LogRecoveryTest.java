package dev.eider.server.log.segment;

import static dev.eider.server.log.segment.LogSamples.RUN;
import static dev.eider.server.log.segment.LogSamples.SMALL;
import static dev.eider.server.log.segment.LogSamples.body;
import static dev.eider.server.log.segment.LogSamples.commitEach;
import static dev.eider.server.log.segment.LogSamples.records;
import static dev.eider.server.log.segment.LogSamples.texts;
import static dev.eider.server.log.segment.LogSamples.withoutRoom;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.segment.SampleLog.End;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What nobody needs may be damaged, what is told to the operator helps, and what the note says. */
@Timeout(60)
final class LogRecoveryTest {
  private SampleLog sample;

  /** The segments, and the note when a test puts it there. */
  private NavigableMap<String, byte[]> files;

  @BeforeEach
  void writeLog() throws Exception {
    sample = SampleLog.make(End.ACKNOWLEDGED);
    files = new TreeMap<>(sample.files());
  }

  @Test
  void shouldNotLookAtFramesThatNobodyNeeds() throws Exception {
    // given
    flipBit(files.firstKey());
    long needed = Segment.baseOf(files.lastKey());

    // when
    SegmentedLog log = open(needed);

    // then
    assertThat(texts(records(log, needed))).isEqualTo(texts(sample.recordsFrom(needed)));
    assertThatThrownBy(() -> records(log)).isInstanceOf(LogCorruptedException.class);
  }

  @Test
  void shouldTakeZerosBehindASealedFileForRoomAndRefuseAnythingElse() throws Exception {
    byte[] longer = Arrays.copyOf(files.firstEntry().getValue(), (64 << 10) + 8);
    files.put(files.firstKey(), longer);
    assertThat(texts(open(0))).isEqualTo(texts(sample.records()));

    longer[longer.length - 1] = 1;
    assertRefused(0, files.firstKey(), "goes on where");
  }

  @Test
  void shouldGoOnWithoutAFileThatIsDamagedAndThoseBehindIt() throws Exception {
    // given
    String second = files.higherKey(files.firstKey());
    flipBit(second);
    assertRefused(
        0, "move it, the " + (files.size() - 2) + " later files and the file forced away");

    // when
    files = files.headMap(second, false);

    // then
    SegmentedLog log = open(0);
    assertThat(texts(log)).isNotEmpty();
    commitEach(log, "more");
  }

  @Test
  void shouldGoOnFromAnEmptyFileWhereTheStoreEnds() throws Exception {
    // given damage in the file that the store has read in part
    files.putAll(SampleLog.make(End.BUSY).files());
    long needed = records(open(0), Segment.baseOf(files.lastKey())).get(1).position();
    flipBit(files.lastKey());
    assertRefused(
        needed, "move every file of the log away", "empty file " + Segment.nameOf(needed));

    // when
    FaultyDisk disk = FaultyDisk.of(Map.of(Segment.nameOf(needed), new byte[0]));

    // then
    try (SegmentedLog log = SegmentedLog.open(disk, SMALL, needed)) {
      assertThat(log.endPosition()).isEqualTo(needed);
      commitEach(log, "more");
    }
    try (SegmentedLog log = SegmentedLog.open(disk, SMALL, needed)) {
      assertThat(texts(records(log, needed))).containsExactly("more");
    }
  }

  @Test
  void shouldGoOnWithoutTheNoteThatSpeaksForWhatIsCutOff() throws Exception {
    // given
    byte[] whole = withoutRoom(files.lastEntry().getValue());
    files.put(files.lastKey(), Arrays.copyOf(whole, whole.length - 1));
    files.put(ForcedNote.NAME, sample.note());
    assertRefused(0, "instead, move the file forced away.");

    // when
    files.remove(ForcedNote.NAME);

    // then
    List<String> all = texts(sample.records());
    assertThat(texts(open(0))).isEqualTo(all.subList(0, all.size() - 1));
  }

  @Test
  void shouldNoteHowFarItIsForced() throws Exception {
    // given
    FaultyDisk disk = FaultyDisk.of(files);
    try (SegmentedLog log = SegmentedLog.open(disk, SMALL, 0)) {
      commitEach(log, "forced");
      byte[] expected =
          HexFormat.of()
              .parseHex(String.format("45494445524e4f54%016x0000000000000000", log.endPosition()));
      ByteBuffer.wrap(expected).putInt(20, LogSamples.crc(ByteBuffer.wrap(expected, 0, 20)));

      // when
      log.append(RUN, 1, body("not forced"));
      log.commit(false);

      // then
      assertThat(disk.contents().get(ForcedNote.NAME)).isEqualTo(expected);
      log.force();
      assertThat(ForcedNote.read(disk)).isEqualTo(log.endPosition());
    }
  }

  @Test
  void shouldDoWithoutANoteThatIsDamaged() throws Exception {
    for (int length = 0; length <= sample.note().length; length++) {
      // given
      byte[] damaged = Arrays.copyOf(sample.note(), length);
      if (length == sample.note().length) {
        damaged[9] ^= 64;
      }
      files.put(ForcedNote.NAME, damaged);
      FaultyDisk disk = FaultyDisk.of(files);

      // when, then
      try (SegmentedLog log = SegmentedLog.open(disk, SMALL, 0)) {
        assertThat(texts(log)).isEqualTo(texts(sample.records()));
        assertThat(ForcedNote.read(disk)).isEqualTo(log.endPosition());
      }
    }
  }

  private SegmentedLog open(long needed) throws Exception {
    return SegmentedLog.open(FaultyDisk.of(files), SMALL, needed);
  }

  private void assertRefused(long needed, String... parts) {
    assertThatThrownBy(() -> open(needed))
        .isInstanceOf(LogCorruptedException.class)
        .hasMessageContainingAll(parts);
  }

  private void flipBit(String name) {
    byte[] content = files.get(name).clone();
    content[60] ^= 16;
    files.put(name, content);
  }
}
