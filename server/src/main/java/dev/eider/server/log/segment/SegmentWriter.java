package dev.eider.server.log.segment;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the frames of the active segment, and knows where they end and how far they are forced.
 *
 * <p>Behind a small write it makes room for those to come: zeros. To force what is written over
 * them, a file system needs not write down a new length as well, which takes a third of the time.
 *
 * <p>Owned by the log's owner.
 */
final class SegmentWriter implements Closeable {
  static final int ROOM_BYTES = 256 << 10;
  private static final int SMALL_WRITE_BYTES_MAX = 16 << 10;
  private static final int REWRITE_BYTES = 256 << 10;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(ROOM_BYTES).asReadOnlyBuffer();
  private static final Logger LOGGER = LoggerFactory.getLogger(SegmentWriter.class);

  private final Segment segment;
  private final DiskFile file;
  private final long segmentBytesMax;
  private long end;
  private long forcedEnd;

  /** The end of the room made for frames to come; the end of the frames if there is none. */
  private long roomEnd;

  private SegmentWriter(Segment segment, DiskFile file, long segmentBytesMax, long end) {
    this.segment = segment;
    this.file = file;
    this.segmentBytesMax = segmentBytesMax;
    this.end = end;
    this.forcedEnd = end;
    this.roomEnd = end;
  }

  /**
   * Begins a segment: when this returns, its file, with a header and no frame, survives a crash. A
   * crash inside, or a failure, leaves no file or one that has no frame.
   *
   * @param segmentBytesMax no room is made beyond this size
   */
  static SegmentWriter create(Disk disk, Segment segment, long segmentBytesMax) throws IOException {
    DiskFile file = disk.openToWrite(segment.name());
    try {
      file.truncate(0);
      file.write(
          new SegmentHeader(SegmentHeader.VERSION, segment.base(), segment.base()).encode(), 0);
      file.force();
      disk.forceDirectory();
      return new SegmentWriter(segment, file, segmentBytesMax, segment.firstFrame());
    } catch (IOException e) {
      discard(disk, segment, file, e);
      throw e;
    }
  }

  /**
   * Goes on in the last segment of a log, behind its last frame. What the file holds after it is
   * cut off, and all that is kept is forced when this returns.
   */
  static SegmentWriter resume(Disk disk, RecoveredLog log, long segmentBytesMax)
      throws IOException {
    DiskFile file = disk.openToWrite(log.last().name());
    try {
      SegmentWriter writer = new SegmentWriter(log.last(), file, segmentBytesMax, log.writeEnd());
      writer.rewrite(Math.max(log.knownForced(), log.last().firstFrame()));
      writer.cutBack(log.writeEnd());
      disk.forceDirectory();
      return writer;
    } catch (IOException e) {
      closeAfter(e, file);
      throw e;
    }
  }

  Segment segment() {
    return segment;
  }

  /** Returns the position after the last frame. */
  long end() {
    return end;
  }

  /** Returns the position before which all survives a crash. */
  long forcedEnd() {
    return forcedEnd;
  }

  long sizeBytes() {
    return end - segment.base();
  }

  /** Writes frames behind the last one. After a failure the end is where it was. */
  void write(ByteBuffer frames) throws IOException {
    int bytes = frames.remaining();
    file.write(frames, sizeBytes());
    end += bytes;
    if (end > roomEnd) {
      roomEnd = end;
      if (bytes <= SMALL_WRITE_BYTES_MAX) {
        makeRoom((int) Math.min(ROOM_BYTES, segmentBytesMax - sizeBytes()));
      }
    }
  }

  /** Makes room for frames to come. A failure does no harm: a full disk will refuse a frame. */
  private void makeRoom(int bytes) {
    if (bytes <= 0) {
      return;
    }
    try {
      file.write(ZEROS.duplicate().limit(bytes), sizeBytes());
      roomEnd = end + bytes;
    } catch (IOException e) {
      LOGGER.debug("no room behind the frames of {}", segment, e);
    }
  }

  void force() throws IOException {
    file.force();
    forcedEnd = end;
  }

  /** Cuts off what is behind a position, and forces the cut and everything before it. */
  void cutBack(long position) throws IOException {
    file.truncate(position - segment.base());
    end = position;
    roomEnd = position;
    force();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  @Override
  public String toString() {
    return segment.toString();
  }

  /**
   * Writes the frames from a position on once more, as they are. If an earlier process failed to
   * force them, the kernel shows them and yet holds them for clean; only what is written again is
   * forced by the next force.
   */
  private void rewrite(long from) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(REWRITE_BYTES);
    long at = from;
    while (at < end) {
      piece.clear().limit((int) Math.min(REWRITE_BYTES, end - at));
      int bytes = file.read(piece, at - segment.base());
      if (bytes <= 0) {
        throw new EOFException(segment + " became shorter while it was opened");
      }
      file.write(piece.flip(), at - segment.base());
      at += bytes;
    }
  }

  private static void discard(Disk disk, Segment segment, DiskFile file, IOException failure) {
    closeAfter(failure, file);
    try {
      disk.delete(segment.name());
    } catch (IOException e) {
      // It holds no frame: the next attempt begins it anew, and so does the next start.
      failure.addSuppressed(e);
    }
  }

  private static void closeAfter(IOException failure, DiskFile file) {
    try {
      file.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
