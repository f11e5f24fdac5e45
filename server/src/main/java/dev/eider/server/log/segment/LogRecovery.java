package dev.eider.server.log.segment;

import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what is left of a log: everything, everything but a torn end, or damage. {@code
 * log-format.md} says which is which. It only reads.
 *
 * <p>Segments that hold nothing but what the caller no longer needs are checked by header and size
 * only, so that the time it takes does not grow with what waits to be trimmed.
 *
 * <p>Confined to the thread that uses it.
 */
final class LogRecovery {
  private static final String RESTORE = "Nothing was changed. Restore the file from a copy. ";

  private final Disk disk;
  private final long firstNeededPosition;
  private final TreeMap<Long, Segment> segments = new TreeMap<>();

  /** The position up to which the log was forced, by the note beside the segments. */
  private long notedForced;

  /** The position after the last record so far. */
  private long recordsEnd;

  private long knownForced;
  private boolean owesMark;

  LogRecovery(Disk disk, long firstNeededPosition) {
    this.disk = disk;
    this.firstNeededPosition = firstNeededPosition;
    this.knownForced = firstNeededPosition;
  }

  /**
   * Reads the log; throws LogCorruptedException if acknowledged records are damaged or missing, and
   * LogFormatException if a newer version wrote it.
   */
  RecoveredLog recover() throws IOException {
    findSegments();
    notedForced = ForcedNote.read(disk);
    if (segments.isEmpty()) {
      requireNothingWritten();
      return RecoveredLog.EMPTY;
    }
    Segment last = segments.lastEntry().getValue();
    for (Segment segment : segments.headMap(last.base()).values()) {
      checkSealed(segment);
    }
    Segment firstNeeded = firstNeededSegment();
    recordsEnd = firstNeeded.base();
    for (Segment segment : segments.subMap(firstNeeded.base(), last.base()).values()) {
      checkSealedFrames(segment);
    }
    RecoveredLog recovered = readLast(last);
    requireEndReached(last);
    return recovered;
  }

  private void findSegments() throws IOException {
    for (String name : disk.list()) {
      Long base = Segment.baseOf(name);
      if (base != null) {
        segments.put(base, new Segment(base));
      } else if (name.endsWith(Segment.SUFFIX)) {
        throw new LogCorruptedException(
            name
                + " is not named like a log file (20 digits and .log). Nothing was changed. Move it"
                + " out of the log's directory.");
      }
    }
  }

  private void requireNothingWritten() {
    if (firstNeededPosition > 0) {
      throw new LogCorruptedException(
          String.format(
              "the log files are missing: the store holds the records before position %d, and the"
                  + " log should go on from there, but there is no file. Nothing was changed."
                  + " Restore them from a copy. %s",
              firstNeededPosition, adviceToBeginAnew()));
    }
    if (notedForced > 0) {
      throw new LogCorruptedException(
          String.format(
              "the log files are missing: the file %s says that there were records up to position"
                  + " %d, but there is no file of them. Nothing was changed. Restore them from a"
                  + " copy. To lose the records instead, move %s away.",
              ForcedNote.NAME, notedForced, ForcedNote.NAME));
    }
  }

  private Segment firstNeededSegment() {
    var entry = segments.floorEntry(firstNeededPosition);
    if (entry == null) {
      long base = segments.firstKey();
      throw new LogCorruptedException(
          String.format(
              "the log's first file is %s: the positions from %d to %d are missing%s. Nothing was"
                  + " changed. Restore the files that hold them from a copy. %s",
              Segment.nameOf(base),
              firstNeededPosition,
              base,
              firstNeededPosition > 0
                  ? ""
                  : ", as the log gave them up once the store held them, but the store is empty:"
                      + " put the store's file back where it was",
              adviceToBeginAnew()));
    }
    requireBoundary(entry.getValue(), entry.getKey(), entry.getValue().firstFrame());
    return entry.getValue();
  }

  /** Checks a segment that another one follows, but not its frames. */
  private void checkSealed(Segment segment) throws IOException {
    long next = segments.higherKey(segment.base());
    try (DiskFile file = disk.openToRead(segment.name())) {
      if (readHeader(segment, file) == null) {
        throw damaged(new Damage(segment, segment.base(), "its header is not intact", null));
      }
      long end = segment.base() + file.sizeBytes();
      if (end > next && writtenEnd(segment, file, next) > next) {
        throw damaged(
            new Damage(
                segment, next, "it goes on where " + Segment.nameOf(next) + " begins", null));
      }
      if (end < next) {
        String what =
            String.format(
                "it ends here, but the next file is %s: it was cut short, or the file of position"
                    + " %d is missing",
                Segment.nameOf(next), end);
        throw damaged(new Damage(segment, end, what, null));
      }
    }
    segment.seal(next);
  }

  private void checkSealedFrames(Segment segment) throws IOException {
    try (FrameCursor cursor = open(segment)) {
      long end = readFrames(segment, cursor, segment.end());
      if (end < segment.end()) {
        // The next file was begun after this one had been forced as a whole.
        throw damaged(Damage.of(segment, end, "there is no intact frame", cursor, segment.end()));
      }
    }
  }

  private RecoveredLog readLast(Segment last) throws IOException {
    try (DiskFile file = disk.openToRead(last.name());
        FrameCursor cursor = open(last)) {
      long fileEnd = last.base() + file.sizeBytes();
      if (readHeader(last, file) == null) {
        requireNeverUsed(last, fileEnd);
        return recovered(last.firstFrame(), fileEnd - last.base(), false);
      }
      long end = readFrames(last, cursor, fileEnd);
      long tornBytes = writtenEnd(last, file, end) - end;
      if (tornBytes > 0) {
        requireTorn(last, cursor, end, fileEnd);
      }
      return recovered(end, tornBytes, true);
    }
  }

  /**
   * Returns the position behind the last byte of a file that is not zero, from a position on; what
   * follows it is room that its writer made.
   */
  private static long writtenEnd(Segment segment, DiskFile file, long from) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(SegmentWriter.ROOM_BYTES);
    long writtenEnd = from;
    long at = from;
    while (file.read(piece.clear(), at - segment.base()) > 0) {
      for (int i = 0; i < piece.position(); i++) {
        if (piece.get(i) != 0) {
          writtenEnd = at + i + 1;
        }
      }
      at += piece.position();
    }
    return writtenEnd;
  }

  private RecoveredLog recovered(long writeEnd, long tornBytes, boolean hasHeader) {
    return new RecoveredLog(
        List.copyOf(segments.values()),
        writeEnd,
        recordsEnd,
        knownForced,
        tornBytes,
        hasHeader,
        owesMark);
  }

  /** Reads frames up to the first that is not intact and returns its position. */
  private long readFrames(Segment segment, FrameCursor cursor, long bound) throws IOException {
    long position = segment.firstFrame();
    owesMark = false;
    while (true) {
      RecordFrame frame = cursor.frameAt(position, bound);
      if (frame == null) {
        return position;
      }
      requireBoundary(segment, position, frame.nextPosition());
      knownForced = Math.max(knownForced, frame.forcedThrough());
      position = frame.nextPosition();
      owesMark = frame.isRecord();
      if (owesMark) {
        recordsEnd = position;
      }
    }
  }

  /** Requires that the store's records end where a frame begins, as they do in their own log. */
  private void requireBoundary(Segment segment, long from, long to) {
    if (from < firstNeededPosition && firstNeededPosition < to) {
      throw new LogCorruptedException(
          String.format(
              "the store and the log do not belong together: the store holds the records before"
                  + " position %d, but in log file %s no record ends there (bytes %d to %d are"
                  + " one). Nothing was changed. Put back the store and the log that belong"
                  + " together.",
              firstNeededPosition, segment, from - segment.base(), to - segment.base()));
    }
  }

  /** Requires that a file without an intact header, which is forced first, has no frame. */
  private void requireNeverUsed(Segment segment, long fileEnd) {
    if (fileEnd > segment.firstFrame()
        || firstNeededPosition > segment.base()
        || notedForced > segment.base()) {
      throw damaged(new Damage(segment, segment.base(), "its header is not intact", null));
    }
  }

  /** Requires that nothing shows that the frame at a position was forced. */
  private void requireTorn(Segment segment, FrameCursor cursor, long position, long fileEnd)
      throws IOException {
    if (firstNeededPosition > position) {
      String what = "there is no intact frame, though the store holds what came after it";
      throw damaged(Damage.of(segment, position, what, cursor, fileEnd));
    }
    long at = position + RecordFrame.ALIGNMENT;
    while (at < fileEnd) {
      RecordFrame frame = cursor.frameThatSpeaksFor(position, at, fileEnd);
      if (frame != null) {
        String what =
            String.format(
                "there is no intact frame, though the frame at byte %d says that the log was on"
                    + " disk up to position %d",
                at - segment.base(), frame.forcedThrough());
        throw damaged(Damage.of(segment, position, what, cursor, fileEnd));
      }
      at += RecordFrame.ALIGNMENT;
    }
    if (notedForced > position) {
      String what = "there is no intact frame, though " + noteSays();
      throw damagedOnceNoted(Damage.of(segment, position, what, cursor, fileEnd));
    }
  }

  private void requireEndReached(Segment last) {
    if (firstNeededPosition > recordsEnd) {
      String what =
          "its last record ends here, though the store holds the records before position %d"
              .formatted(firstNeededPosition);
      throw damaged(new Damage(last, recordsEnd, what, null));
    }
    if (notedForced > recordsEnd) {
      String what =
          String.format(
              "its last record ends here, though %s: it was cut short or zeroed, or later files are"
                  + " missing",
              noteSays());
      throw damagedOnceNoted(new Damage(last, recordsEnd, what, null));
    }
  }

  private String noteSays() {
    return "the file %s says that the log was on disk up to position %d"
        .formatted(ForcedNote.NAME, notedForced);
  }

  private FrameCursor open(Segment segment) throws IOException {
    return new FrameCursor(disk.openToRead(segment.name()), segment.base());
  }

  /** Returns null if the header is not intact. */
  private static @Nullable SegmentHeader readHeader(Segment segment, DiskFile file)
      throws IOException {
    byte[] bytes = new byte[SegmentHeader.BYTES];
    ByteBuffer target = ByteBuffer.wrap(bytes);
    while (target.hasRemaining() && file.read(target, target.position()) > 0) {}
    SegmentHeader header = SegmentHeader.decode(bytes);
    if (header != null && header.version() > SegmentHeader.VERSION) {
      throw new LogFormatException(
          String.format(
              "log file %s was written by a newer Eider (format %d), this one knows %d. Nothing was"
                  + " changed. Start the newer one, or choose another data directory.",
              segment.name(), header.version(), SegmentHeader.VERSION));
    }
    if (header != null && header.base() != segment.base()) {
      throw new LogCorruptedException(
          String.format(
              "log file %s says that it is %s: it was renamed or copied. Nothing was changed. Give"
                  + " it its name back, or move it away if it is a copy.",
              segment.name(), Segment.nameOf(header.base())));
    }
    return header;
  }

  private LogCorruptedException damaged(Damage damage) {
    List<Segment> lost = new ArrayList<>(segments.tailMap(damage.segment().base()).values());
    boolean earlierOnesSuffice =
        lost.size() < segments.size() && damage.segment().base() >= firstNeededPosition;
    String files = lost.size() == 1 ? "it" : "it, the " + (lost.size() - 1) + " later files";
    String advice =
        earlierOnesSuffice
            ? "To lose the records from position %d on instead, move %s and the file %s away."
                .formatted(damage.segment().base(), files, ForcedNote.NAME)
            : adviceToBeginAnew();
    return damage.toException(RESTORE + advice);
  }

  /** Returns the exception for damage that would pass for a torn end but for the note. */
  private static LogCorruptedException damagedOnceNoted(Damage damage) {
    return damage.toException(
        "%sTo lose the records from position %d on instead, move the file %s away."
            .formatted(RESTORE, damage.position(), ForcedNote.NAME));
  }

  /** Returns advice to begin anew from an empty file, as a crash leaves in creating a segment. */
  private String adviceToBeginAnew() {
    return String.format(
        "To lose the records from position %d on instead, move every file of the log away and"
            + " create an empty file %s.",
        firstNeededPosition, Segment.nameOf(firstNeededPosition));
  }
}
