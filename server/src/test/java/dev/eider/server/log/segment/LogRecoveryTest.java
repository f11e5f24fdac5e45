package dev.eider.server.log.segment;

import static dev.eider.server.log.segment.LogSamples.RUN;
import static dev.eider.server.log.segment.LogSamples.SMALL;
import static dev.eider.server.log.segment.LogSamples.body;
import static dev.eider.server.log.segment.LogSamples.commitEach;
import static dev.eider.server.log.segment.LogSamples.files;
import static dev.eider.server.log.segment.LogSamples.records;
import static dev.eider.server.log.segment.LogSamples.restore;
import static dev.eider.server.log.segment.LogSamples.segments;
import static dev.eider.server.log.segment.LogSamples.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogFormatException;
import dev.eider.server.log.LogRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a start makes of segments that were cut, changed, moved or lost, when no note beside them
 * says how far they were forced.
 */
@Timeout(120)
final class LogRecoveryTest {
  private static final int RECORDS = 12;

  @TempDir Path directory;

  private List<LogRecord> written;

  /** A log as a process leaves it that is killed: no mark at its end. */
  private Map<String, byte[]> killed;

  /** The same log, closed. */
  private Map<String, byte[]> closed;

  private String lastName;

  @BeforeEach
  void writeLog() throws Exception {
    try (SegmentedLog log = open(0)) {
      commitEach(
          log, IntStream.range(0, RECORDS).mapToObj(LogSamples::text).toArray(String[]::new));
      written = records(log);
      killed = segments(directory);
    }
    closed = segments(directory);
    lastName = new TreeMap<>(closed).lastKey();
    assertThat(closed).hasSizeGreaterThanOrEqualTo(3);
    assertThat(firstOfLast()).isLessThan(RECORDS - 1);
  }

  @Test
  void shouldKeepWholeFramesWhenTheEndIsCutOff() throws Exception {
    byte[] last = closed.get(lastName);
    for (int length = 0; length <= last.length; length++) {
      // given
      restore(directory, with(closed, lastName, Arrays.copyOf(last, length)));
      int kept = recordsThatEndBefore(Segment.baseOf(lastName) + length);

      // when, then
      try (SegmentedLog log = open(0)) {
        assertThat(texts(log)).as("cut at %d", length).isEqualTo(textsBefore(kept));
        commitEach(log, "more");
        assertThat(texts(log)).hasSize(kept + 1);
      }
      try (SegmentedLog log = open(0)) {
        assertThat(texts(log)).as("cut at %d, reopened", length).hasSize(kept + 1);
      }
    }
  }

  @Test
  void shouldRefuseACutThatTheStoreKnowsOf() throws Exception {
    byte[] last = closed.get(lastName);
    long needed = written.get(RECORDS - 1).nextPosition();
    for (int length = 0; length < needed - Segment.baseOf(lastName); length++) {
      // given
      restore(directory, with(closed, lastName, Arrays.copyOf(last, length)));

      // when, then
      assertRefused(needed, lastName);
    }
  }

  @Test
  void shouldTakeTrailingZerosForATornEnd() throws Exception {
    for (int zeros : new int[] {1, 7, 8, 28, 32, 4096, 1 << 20}) {
      // given
      byte[] last = killed.get(lastName);
      restore(directory, with(killed, lastName, Arrays.copyOf(last, last.length + zeros)));

      // when, then
      try (SegmentedLog log = open(0)) {
        assertThat(texts(log)).isEqualTo(textsBefore(RECORDS));
      }
    }
  }

  @Test
  void shouldCutOffAChangedFrameThatNothingSpeaksFor() throws Exception {
    long base = Segment.baseOf(lastName);
    LogRecord lastRecord = written.get(RECORDS - 1);
    for (long at = lastRecord.position(); at < lastRecord.nextPosition(); at++) {
      // given
      restore(directory, withFlippedBit(killed, lastName, (int) (at - base)));

      // when, then
      try (SegmentedLog log = open(0)) {
        assertThat(texts(log)).as("byte %d", at - base).isEqualTo(textsBefore(RECORDS - 1));
      }
      assertThat(LogSamples.withoutRoom(files(directory).get(lastName)))
          .hasSize((int) (lastRecord.position() - base) + RecordFrame.BYTES_MIN); // + a mark
    }
  }

  @Test
  void shouldSurviveAChangedMark() throws Exception {
    int from = LogSamples.withoutRoom(killed.get(lastName)).length;
    int to = LogSamples.withoutRoom(closed.get(lastName)).length;
    for (int offset = from; offset < to; offset++) {
      // given
      restore(directory, withFlippedBit(closed, lastName, offset));

      // when, then
      try (SegmentedLog log = open(0)) {
        assertThat(texts(log)).isEqualTo(textsBefore(RECORDS));
      }
    }
  }

  @Test
  void shouldNameTheRunOfADamagedRecord() throws Exception {
    // given
    int bodyOffset = (int) written.get(0).nextPosition() - 9;
    restore(directory, withFlippedBit(closed, Segment.nameOf(0), bodyOffset));

    // when, then
    assertRefused(0, "of run " + RUN, "position " + written.get(0).position());
  }

  @Test
  void shouldTruncateAMultiFrameBatchThatWasNeverForced() throws Exception {
    // given
    restore(directory, Map.of());
    long second;
    Map<String, byte[]> left;
    try (SegmentedLog log = open(0)) {
      commitEach(log, "forced");
      log.append(RUN, 2, body("one"));
      second = log.append(RUN, 3, body("two"));
      log.append(RUN, 4, body("three"));
      log.commit(false);
      left = files(directory);
    }
    restore(directory, withFlippedBit(left, Segment.nameOf(0), (int) second + 20));

    // when, then
    try (SegmentedLog log = open(0)) {
      assertThat(texts(log)).containsExactly("forced", "one");
    }
  }

  @Test
  void shouldRefuseWhenAFileIsMissing() throws Exception {
    for (String name : closed.keySet()) {
      // given
      Map<String, byte[]> without = new TreeMap<>(closed);
      without.remove(name);
      restore(directory, without);

      // when, then
      if (name.equals(lastName)) {
        assertRefused(written.get(RECORDS - 1).nextPosition(), "the store holds");
      } else {
        assertRefused(0, "missing");
      }
      assertThat(files(directory)).containsExactlyInAnyOrderEntriesOf(without);
    }
  }

  @Test
  void shouldRefuseFilesThatChangedPlacesOrWereCopied() throws Exception {
    List<String> names = List.copyOf(new TreeMap<>(closed).keySet());
    byte[] first = closed.get(names.get(0));
    byte[] second = closed.get(names.get(1));

    restore(directory, with(with(closed, names.get(0), second), names.get(1), first));
    assertRefused(0, "renamed or copied");

    restore(directory, with(closed, Segment.nameOf(1 << 20), first));
    assertRefused(0, "");

    restore(directory, with(closed, "copy of 1.log", first));
    assertRefused(0, "copy of 1.log is not named like a log file");
  }

  @Test
  void shouldRefuseASealedFileThatWasCut() throws Exception {
    String name = Segment.nameOf(0);
    byte[] first = LogSamples.withoutRoom(closed.get(name));
    for (int length = 0; length < first.length; length++) {
      restore(directory, with(closed, name, Arrays.copyOf(first, length)));
      assertRefused(0, name);
    }
  }

  @Test
  void shouldTakeZerosBehindASealedFileForRoomAndRefuseAnythingElse() throws Exception {
    String name = Segment.nameOf(0);
    byte[] longer = Arrays.copyOf(closed.get(name), closed.get(name).length + 8);
    restore(directory, with(closed, name, longer));
    try (SegmentedLog log = open(0)) {
      assertThat(texts(log)).isEqualTo(textsBefore(RECORDS));
    }

    longer[longer.length - 1] = 1;
    restore(directory, with(closed, name, longer));
    assertRefused(0, name, "goes on where");
  }

  @Test
  void shouldSayWhichVersionWroteANewerFormat() throws Exception {
    // given
    long base = Segment.baseOf(lastName);
    byte[] last = closed.get(lastName).clone();
    new SegmentHeader(2, base, base).encode().get(last, 0, SegmentHeader.BYTES);
    restore(directory, with(closed, lastName, last));

    // when, then
    assertThatThrownBy(() -> open(0))
        .isInstanceOf(LogFormatException.class)
        .hasMessageContaining(lastName)
        .hasMessageContaining("written by a newer Eider (format 2), this one knows 1");
  }

  @Test
  void shouldNotLookAtFramesThatNobodyNeeds() throws Exception {
    // given
    restore(directory, withFlippedBit(closed, Segment.nameOf(0), 60));
    long needed = Segment.baseOf(lastName);

    // when, then
    try (SegmentedLog log = open(needed)) {
      assertThat(texts(records(log, needed)))
          .isEqualTo(textsBefore(RECORDS).subList(firstOfLast(), RECORDS));
      assertThatThrownBy(() -> records(log)).isInstanceOf(LogCorruptedException.class);
    }
  }

  @Test
  void shouldRefuseAnEmptyDirectoryWhenRecordsAreNeeded() throws Exception {
    restore(directory, Map.of());
    assertRefused(1000, "files are missing", Segment.nameOf(1000));
    assertThat(files(directory)).isEmpty();
  }

  @Test
  void shouldRefuseALogThatBeginsTooLate() throws Exception {
    Map<String, byte[]> without = new TreeMap<>(closed);
    without.remove(Segment.nameOf(0));
    restore(directory, without);
    long begin = Segment.baseOf(new TreeMap<>(without).firstKey());
    assertRefused(begin - 1, "the positions from " + (begin - 1) + " to " + begin + " are missing");
  }

  @Test
  void shouldGoOnWhenTheAdviceToLoseRecordsIsFollowed() throws Exception {
    // given a damaged file that others precede
    List<String> names = List.copyOf(new TreeMap<>(closed).keySet());
    restore(directory, withFlippedBit(closed, names.get(1), 60));
    assertRefused(
        0, "move it, the " + (names.size() - 2) + " later files and the file forced away");

    // when
    for (String name : names.subList(1, names.size())) {
      Files.move(directory.resolve(name), directory.resolve(name + ".lost"));
    }

    // then
    try (SegmentedLog log = open(0)) {
      assertThat(texts(log)).isNotEmpty();
      commitEach(log, "more");
    }

    // given damage in the file that the store has read in part
    long needed = written.get(RECORDS - 2).position();
    restore(directory, withFlippedBit(closed, lastName, 60));
    assertRefused(
        needed, "move every file of the log away", "empty file " + Segment.nameOf(needed));

    // when
    restore(directory, Map.of(Segment.nameOf(needed), new byte[0]));

    // then
    try (SegmentedLog log = open(needed)) {
      assertThat(log.endPosition()).isEqualTo(needed);
      commitEach(log, "more");
    }
    try (SegmentedLog log = open(needed)) {
      assertThat(texts(records(log, needed))).containsExactly("more");
    }
  }

  private SegmentedLog open(long firstNeededPosition) throws Exception {
    return SegmentedLog.open(new FileDisk(directory), SMALL, firstNeededPosition);
  }

  private void assertRefused(long firstNeededPosition, String... parts) {
    assertThatThrownBy(() -> open(firstNeededPosition).close())
        .isInstanceOf(LogCorruptedException.class)
        .hasMessageContainingAll(parts);
  }

  private int firstOfLast() {
    return recordsThatEndBefore(Segment.baseOf(lastName));
  }

  private int recordsThatEndBefore(long position) {
    return (int) written.stream().filter(record -> record.nextPosition() <= position).count();
  }

  private List<String> textsBefore(int count) {
    return texts(written.subList(0, count));
  }

  private static Map<String, byte[]> withFlippedBit(
      Map<String, byte[]> files, String name, int offset) {
    byte[] content = files.get(name).clone();
    content[offset] ^= (byte) (1 << offset % 8);
    return with(files, name, content);
  }

  private static Map<String, byte[]> with(Map<String, byte[]> files, String name, byte[] content) {
    Map<String, byte[]> changed = new TreeMap<>(files);
    changed.put(name, content);
    return changed;
  }
}
