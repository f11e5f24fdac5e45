package dev.eider.server.log.segment;

import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogReader;
import dev.eider.server.log.LogRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads records from segment to segment.
 *
 * <p>It never looks beyond the log's end, so bytes of a batch that is undone do not get into its
 * window. A segment that is trimmed while it is being read can be read to its end.
 *
 * <p>Confined to the thread that uses it.
 */
final class SegmentReader implements LogReader {
  private final Disk disk;
  private final ConcurrentNavigableMap<Long, Segment> segments;
  private final LongSupplier logEnd;
  private final long firstPosition;
  private Segment segment;
  private long position;
  private @Nullable FrameCursor cursor;

  /**
   * Begins before the first record at {@code firstPosition} or after it; reads up to {@code logEnd}
   * of segments by base, of which those that are trimmed disappear.
   */
  SegmentReader(
      Disk disk,
      ConcurrentNavigableMap<Long, Segment> segments,
      LongSupplier logEnd,
      long firstPosition) {
    this.disk = disk;
    this.segments = segments;
    this.logEnd = logEnd;
    this.firstPosition = firstPosition;
    var entry = segments.floorEntry(firstPosition);
    if (entry == null) {
      throw trimmed(firstPosition);
    }
    this.segment = entry.getValue();
    this.position = segment.firstFrame();
  }

  @Override
  public @Nullable LogRecord next(long limit) {
    // The end must be read before the segment's end: what lies before it is then where we look.
    long end = logEnd.getAsLong();
    while (position < Math.min(limit, end)) {
      if (position >= segment.end()) {
        moveToNextSegment();
      } else {
        RecordFrame frame = read(Math.min(end, segment.end()));
        long framePosition = position;
        position = frame.nextPosition();
        if (frame.isRecord() && framePosition >= firstPosition) {
          return frame.toRecord();
        }
      }
    }
    return null;
  }

  @Override
  public void close() {
    if (cursor != null) {
      try {
        cursor.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot close " + segment, e);
      } finally {
        cursor = null;
      }
    }
  }

  private RecordFrame read(long bound) {
    try {
      FrameCursor opened = cursor;
      if (opened == null) {
        opened = new FrameCursor(disk.openToRead(segment.name()), segment.base());
        cursor = opened;
      }
      RecordFrame frame = opened.frameAt(position, bound);
      if (frame == null) {
        throw Damage.of(segment, position, "there is no intact frame", opened, bound).toException();
      }
      return frame;
    } catch (NoSuchFileException e) {
      throw trimmed(position);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + segment, e);
    }
  }

  private void moveToNextSegment() {
    Segment next = segments.get(segment.end());
    if (next == null) {
      throw trimmed(segment.end());
    }
    close();
    segment = next;
    position = next.firstFrame();
  }

  private static LogCorruptedException trimmed(long position) {
    return new LogCorruptedException(
        "the log no longer has position " + position + ": it was trimmed");
  }
}
