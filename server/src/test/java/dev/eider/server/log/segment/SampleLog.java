package dev.eider.server.log.segment;

import dev.eider.server.event.RunId;
import dev.eider.server.log.LogRecord;
import dev.eider.server.log.LogWriteException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/**
 * A small log as a crash leaves it, and what is true of it: a few segments, several runs, batches
 * of one and of several records, marks where it fell idle. Immutable.
 *
 * @param files the segments; without the note
 * @param note the note as it was when the process died
 * @param records all of them, in order; the oracle
 * @param frames all of them, marks included, by position
 * @param ackedEnd where the last acknowledged record ends
 * @param forcedEnd everything before it was forced, the mark behind the last acknowledged record
 *     included
 */
record SampleLog(
    NavigableMap<String, byte[]> files,
    byte[] note,
    List<LogRecord> records,
    NavigableMap<Long, Frame> frames,
    long ackedEnd,
    long forcedEnd) {
  private static final LogConfig CONFIG = new LogConfig(1100, 1 << 20);
  private static final int BATCHES = 22;
  private static final List<RunId> RUNS =
      List.of(new RunId("arena-7"), new RunId("b"), new RunId("run-0123456789abcdef01234567"));

  /** What is at the end. */
  enum End {
    /** A batch that was written and not forced, right behind an acknowledged one. */
    BUSY,
    /** The same, behind a mark. */
    IDLE_THEN_BUSY,
    /** An acknowledged batch, and nothing behind it. */
    ACKNOWLEDGED
  }

  static SampleLog make(End end) throws IOException, LogWriteException {
    FaultyDisk disk = new FaultyDisk(new Random(1));
    SegmentedLog log = SegmentedLog.open(disk, CONFIG, 0);
    int count = 0;
    for (int batch = 0; batch < BATCHES; batch++) {
      count = append(log, count, 1 + batch % 3);
      log.commit(true);
      if (batch % 5 == 2) {
        log.settle();
      }
    }
    if (end == End.IDLE_THEN_BUSY) {
      log.settle();
    }
    long ackedEnd = log.forcedPosition();
    long forcedEnd = frames(segments(disk)).lastEntry().getValue().next();
    if (end != End.ACKNOWLEDGED) {
      append(log, count, 3);
      log.commit(false);
    }
    NavigableMap<String, byte[]> files = segments(disk);
    List<LogRecord> records = LogSamples.records(log);
    return new SampleLog(
        files, disk.contents().get(ForcedNote.NAME), records, frames(files), ackedEnd, forcedEnd);
  }

  /** The file that holds a position. */
  Map.Entry<String, byte[]> fileOf(long position) {
    return files.floorEntry(Segment.nameOf(position));
  }

  /** The frame that holds a position, or null for a header. */
  Frame frameAt(long position) {
    Map.Entry<Long, Frame> entry = frames.floorEntry(position);
    return entry != null && position < entry.getValue().next() ? entry.getValue() : null;
  }

  List<LogRecord> recordsFrom(long position) {
    return records.stream().filter(record -> record.position() >= position).toList();
  }

  /** Whether a frame is in these files as it was written. */
  boolean isWhole(Frame frame, Map<String, byte[]> damaged) {
    Map.Entry<String, byte[]> file = fileOf(frame.position());
    byte[] now = damaged.get(file.getKey());
    int from = (int) (frame.position() - Segment.baseOf(file.getKey()));
    int to = (int) (frame.next() - Segment.baseOf(file.getKey()));
    return now != null
        && now.length >= to
        && Arrays.equals(now, from, to, file.getValue(), from, to);
  }

  private static int append(SegmentedLog log, int from, int count) {
    for (int n = from; n < from + count; n++) {
      log.append(RUNS.get(n % RUNS.size()), n, LogSamples.body(LogSamples.text(n)));
    }
    return from + count;
  }

  private static NavigableMap<String, byte[]> segments(FaultyDisk disk) {
    NavigableMap<String, byte[]> files = new TreeMap<>(disk.contents());
    files.remove(ForcedNote.NAME);
    return files;
  }

  private static NavigableMap<Long, Frame> frames(Map<String, byte[]> files) throws IOException {
    NavigableMap<Long, Frame> frames = new TreeMap<>();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      long base = Segment.baseOf(file.getKey());
      long end = base + file.getValue().length;
      FrameCursor cursor = new FrameCursor(FaultyDisk.of(files).openToRead(file.getKey()), base);
      List<Frame> found = new ArrayList<>();
      long position = base + SegmentHeader.BYTES;
      for (RecordFrame frame = cursor.frameAt(position, end);
          frame != null;
          frame = cursor.frameAt(position, end)) {
        found.add(
            new Frame(position, frame.nextPosition(), frame.forcedThrough(), frame.isRecord()));
        position = frame.nextPosition();
      }
      found.forEach(frame -> frames.put(frame.position(), frame));
    }
    return frames;
  }

  /**
   * A frame. Immutable.
   *
   * @param next the position after it
   */
  record Frame(long position, long next, long forcedThrough, boolean isRecord) {}
}
