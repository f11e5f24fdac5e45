package dev.eider.server.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogRecord;
import dev.eider.server.log.segment.SampleLog.End;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every way to hurt a small log at every byte of it, against one oracle: the records that were
 * written, and how far they were acknowledged.
 *
 * <ul>
 *   <li>What opens has every acknowledged record that is needed, in order and unchanged, and behind
 *       them a prefix of what was not acknowledged; it has whatever lies before the damage.
 *   <li>What is refused is left to the byte as it was, and the message says where the damage is.
 *   <li>What only hurts bytes that were not forced is not refused.
 *   <li>Nothing else comes out: no other exception.
 * </ul>
 *
 * <p>With the note intact this holds without exception. Where the note is lost as well, as the loss
 * of power may have it, acknowledged records may be cut off for a torn end if nothing that is left
 * speaks for them: no frame behind them, no later segment, and not the store. The test holds each
 * such loss to that, and counts them.
 *
 * <p>With {@code -Plong} it is all bits of every byte, and every other damage at every byte.
 */
@Timeout(900)
final class LogDamageTest {
  private static final boolean LONG = Boolean.getBoolean("eider.long");

  /** How many bits of each byte are flipped. */
  private static final int BITS = Integer.getInteger("eider.log.damage.bits", LONG ? 8 : 1);

  private static final int SECTOR_BYTES = 512;

  /** Beside the cuts and flips of every byte, every so many bytes will do. */
  private static final int STRIDE = LONG ? 1 : 16;

  private static final int REAL_DISK_STRIDE = LONG ? 7 : 211;

  private final Random random = new Random(11);
  private SampleLog sample;
  private boolean isNoted;
  private int opened;
  private int refused;
  private int lost;

  @TempDir Path directory;

  @AfterEach
  void report() {
    System.out.printf(
        "LogDamageTest: %d damaged logs opened, %d refused, %d of them lost what nothing was left"
            + " to speak for%n",
        opened, refused, lost);
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void shouldLoseNothingWithANote(End end) throws Exception {
    sample = SampleLog.make(end);
    isNoted = true;
    for (long needed : neededPositions()) {
      everyDamage(needed);
    }
    assertThat(lost).isZero();
    assertThat(opened).isPositive();
    assertThat(refused).isPositive();
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void shouldLoseOnlyWhatNothingSpeaksForWithoutANote(End end) throws Exception {
    sample = SampleLog.make(end);
    isNoted = false;
    for (long needed : neededPositions()) {
      everyDamage(needed);
    }
    assertThat(lost).isPositive();
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void shouldDoTheSameOnARealDisk(End end) throws Exception {
    sample = SampleLog.make(end);
    isNoted = true;
    List<Map<String, byte[]>> damages = new ArrayList<>(damagedSegments());
    int at = 0;
    for (String name : sample.files().keySet()) {
      for (int offset = at++ % 3; offset < length(name); offset += REAL_DISK_STRIDE) {
        damages.addAll(damagesAt(name, offset));
      }
    }
    for (Map<String, byte[]> damaged : damages) {
      Map<String, byte[]> files = withNote(damaged);
      LogSamples.restore(directory, files);
      judge(damaged, 0, new FileDisk(directory), () -> LogSamples.files(directory));
    }
  }

  /** From the start, from the middle of a segment, from a segment's base, and the newest only. */
  private List<Long> neededPositions() {
    List<LogRecord> records = sample.records();
    return List.of(
        0L,
        records.get(records.size() / 2).nextPosition(),
        Segment.baseOf(sample.files().lowerKey(sample.files().lastKey())),
        sample.ackedEnd());
  }

  private void everyDamage(long needed) throws Exception {
    for (String name : sample.files().keySet()) {
      for (int offset = 0; offset < length(name); offset += needed == 0 ? 1 : STRIDE) {
        for (Map<String, byte[]> damaged : damagesAt(name, offset)) {
          judge(damaged, needed);
        }
      }
    }
    for (Map<String, byte[]> damaged : damagedSegments()) {
      judge(damaged, needed);
    }
  }

  /** The file cut off there, bits flipped, and what is around it zeroed or overwritten. */
  private List<Map<String, byte[]>> damagesAt(String name, int offset) {
    List<Map<String, byte[]>> damages = new ArrayList<>();
    damages.add(with(name, Arrays.copyOf(sample.files().get(name), offset)));
    for (int bit = 0; bit < BITS; bit++) {
      byte[] content = copyOf(name);
      content[offset] ^= (byte) (1 << (BITS == 8 ? bit : random.nextInt(8)));
      damages.add(with(name, content));
    }
    if (offset % STRIDE == 0) {
      damages.add(with(name, zeroed(name, offset)));
      damages.add(with(name, overwritten(name, offset)));
      byte[] shifted = copyOf(name);
      System.arraycopy(shifted, offset, shifted, offset + 1, shifted.length - offset - 1);
      damages.add(with(name, shifted));
    }
    return damages;
  }

  /** With zeros in the sector that a byte belongs to, wherever the sectors begin. */
  private byte[] zeroed(String name, int offset) {
    byte[] content = copyOf(name);
    int from = Math.max(0, offset - random.nextInt(SECTOR_BYTES));
    Arrays.fill(content, from, Math.min(content.length, from + SECTOR_BYTES), (byte) 0);
    return content;
  }

  private byte[] overwritten(String name, int offset) {
    byte[] content = copyOf(name);
    byte[] garbage = new byte[Math.min(content.length - offset, 1 + random.nextInt(64))];
    random.nextBytes(garbage);
    System.arraycopy(garbage, 0, content, offset, garbage.length);
    return content;
  }

  /** Segments removed, emptied, swapped, copied over each other and under other names. */
  private List<Map<String, byte[]>> damagedSegments() {
    List<Map<String, byte[]>> damages = new ArrayList<>();
    List<String> names = List.copyOf(sample.files().keySet());
    String last = sample.files().lastKey();
    long end = Segment.baseOf(last) + length(last);
    for (String name : names) {
      damages.add(with(name, null));
      damages.add(with(name, new byte[0]));
      damages.add(withExtra(Segment.nameOf(end), copyOf(name)));
      damages.add(withExtra(Segment.nameOf(Segment.baseOf(name) + 8), copyOf(name)));
      damages.add(withExtra("copy.log", copyOf(name)));
      damages.add(sample.files().headMap(name, false));
      damages.add(sample.files().tailMap(name, false));

      for (String other : names) {
        if (!other.equals(name)) {
          damages.add(with(name, copyOf(other)));
          Map<String, byte[]> swapped = with(name, copyOf(other));
          swapped.put(other, copyOf(name));
          damages.add(swapped);
        }
      }
    }
    damages.add(withExtra(Segment.nameOf(Long.MAX_VALUE), new byte[0]));
    damages.add(withExtra("99999999999999999999.log", new byte[0]));
    return damages;
  }

  private void judge(Map<String, byte[]> damaged, long needed) throws Exception {
    FaultyDisk disk = FaultyDisk.of(withNote(damaged));
    judge(damaged, needed, disk, disk::contents);
  }

  private void judge(Map<String, byte[]> damaged, long needed, Disk disk, Contents contents)
      throws Exception {
    try (SegmentedLog log = SegmentedLog.open(disk, LogSamples.SMALL, needed)) {
      opened++;
      assertThat(log.endPosition()).as("the store has these").isGreaterThanOrEqualTo(needed);
      shouldHoldWhatWasAcknowledged(LogSamples.records(log, needed), damaged, needed);
      if (opened % 50 == 0) {
        shouldGoOn(log, disk, needed);
      }
    } catch (LogCorruptedException e) {
      refused++;
      shouldBeRightToRefuse(e, damaged, contents);
    } catch (Throwable e) {
      throw new AssertionError(describe(damaged, needed), e);
    }
  }

  private void shouldHoldWhatWasAcknowledged(
      List<LogRecord> found, Map<String, byte[]> damaged, long needed) {
    List<LogRecord> written = sample.recordsFrom(needed);
    boolean isPrefix = found.size() <= written.size();
    for (int i = 0; isPrefix && i < found.size(); i++) {
      isPrefix = isSame(found.get(i), written.get(i));
    }
    if (!isPrefix) {
      fail("found other records; " + describe(damaged, needed));
    }
    long end = found.isEmpty() ? needed : found.get(found.size() - 1).nextPosition();
    if (found.size() < written.size()
        && written.get(found.size()).nextPosition() <= firstChange(damaged)) {
      fail("lost the records from " + end + " on, before any damage; " + describe(damaged, needed));
    }
    if (end < sample.ackedEnd()) {
      lost++;
      if (isNoted || isSpokenFor(end, damaged)) {
        fail("lost the records from " + end + " on; " + describe(damaged, needed));
      }
    }
  }

  /** Whether something is left that says that a position was forced, by what it says itself. */
  private boolean isSpokenFor(long position, Map<String, byte[]> damaged) {
    return sample.frames().tailMap(position).values().stream()
        .anyMatch(frame -> frame.forcedThrough() > position && sample.isWhole(frame, damaged));
  }

  private void shouldBeRightToRefuse(
      LogCorruptedException e, Map<String, byte[]> damaged, Contents contents) throws IOException {
    long first = firstChange(damaged);
    if (first >= sample.forcedEnd() && damaged.keySet().equals(sample.files().keySet())) {
      throw new AssertionError("refused what was not forced; change at " + first, e);
    }
    assertThat(e).hasMessageContaining("Nothing was changed");
    SampleLog.Frame frame = sample.frameAt(first);
    if (e.getMessage().contains("no intact frame") && frame != null) {
      Map.Entry<String, byte[]> file = sample.fileOf(first);
      assertThat(e)
          .hasMessageContaining(
              "log file %s is damaged at byte %d (position %d",
              file.getKey(), frame.position() - Segment.baseOf(file.getKey()), frame.position());
    }
    Map<String, byte[]> left = contents.read();
    Map<String, byte[]> before = withNote(damaged);
    assertThat(left.keySet()).isEqualTo(before.keySet());
    left.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(before.get(name)));
  }

  /** The log can be written to, and keeps what it has. */
  private static void shouldGoOn(SegmentedLog log, Disk disk, long needed) throws Exception {
    LogSamples.commitEach(log, "more");
    List<String> texts = LogSamples.texts(LogSamples.records(log, needed));
    log.close();
    try (SegmentedLog again = SegmentedLog.open(disk, LogSamples.SMALL, needed)) {
      assertThat(LogSamples.texts(LogSamples.records(again, needed))).isEqualTo(texts);
    }
  }

  /** The position of the first byte that is not as it was written. */
  private long firstChange(Map<String, byte[]> damaged) {
    for (Map.Entry<String, byte[]> file : sample.files().entrySet()) {
      byte[] now = damaged.getOrDefault(file.getKey(), new byte[0]);
      int at = Arrays.mismatch(file.getValue(), now);
      if (at >= 0) {
        return Segment.baseOf(file.getKey()) + at;
      }
    }
    return Long.MAX_VALUE;
  }

  private String describe(Map<String, byte[]> damaged, long needed) {
    return String.format(
        "first change at %d, files %s, needed from %d, acknowledged up to %d, %s",
        firstChange(damaged),
        damaged.keySet(),
        needed,
        sample.ackedEnd(),
        isNoted ? "with the note" : "without a note");
  }

  private static boolean isSame(LogRecord left, LogRecord right) {
    return left.position() == right.position()
        && left.nextPosition() == right.nextPosition()
        && left.runId().equals(right.runId())
        && left.firstSeq() == right.firstSeq()
        && Arrays.equals(left.body(), right.body());
  }

  private int length(String name) {
    return sample.files().get(name).length;
  }

  private byte[] copyOf(String name) {
    return sample.files().get(name).clone();
  }

  private Map<String, byte[]> with(String name, byte[] content) {
    Map<String, byte[]> damaged = new TreeMap<>(sample.files());
    damaged.remove(name);
    return content == null ? damaged : withExtra(damaged, name, content);
  }

  private Map<String, byte[]> withExtra(String name, byte[] content) {
    return withExtra(sample.files(), name, content);
  }

  private static Map<String, byte[]> withExtra(
      Map<String, byte[]> files, String name, byte[] content) {
    Map<String, byte[]> more = new TreeMap<>(files);
    more.put(name, content);
    return more;
  }

  private Map<String, byte[]> withNote(Map<String, byte[]> damaged) {
    return isNoted
        ? withExtra(damaged, ForcedNote.NAME, sample.note())
        : Collections.unmodifiableMap(damaged);
  }

  private interface Contents {
    Map<String, byte[]> read() throws IOException;
  }
}
