package dev.eider.server.log.segment;

import dev.eider.server.event.RunId;
import dev.eider.server.log.segment.RecordFrame.FrameChecksum;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the frames of one segment's file through a window that is read in large pieces. Going
 * forward is cheap, going back reads anew.
 *
 * <p>What was read stays in the window, so a caller must not look beyond what can no longer change.
 * Confined to the thread that uses it.
 */
final class FrameCursor implements AutoCloseable {
  /** Readers that wait at the end of the log are many and need little. */
  private static final int WINDOW_BYTES_MIN = 4 << 10;

  /** Only a frame that is larger makes the window larger. */
  private static final int WINDOW_BYTES_MAX = 256 << 10;

  private final DiskFile file;
  private final long base;
  private ByteBuffer window = ByteBuffer.allocate(0);
  private long windowPosition;

  /** Takes over an open file and closes it in the end. */
  FrameCursor(DiskFile file, long base) {
    this.file = file;
    this.base = base;
    this.windowPosition = base;
  }

  /** Returns the intact frame at a position that ends by {@code bound}, or null; valid for now. */
  @Nullable RecordFrame frameAt(long position, long bound) throws IOException {
    if (!load(position, RecordFrame.HEADER_BYTES, bound)) {
      return null;
    }
    int bytes = RecordFrame.plausibleBytes(window, at(position), position, bound - position);
    if (bytes > WINDOW_BYTES_MAX && !isIntact(position, bytes)) {
      return null;
    }
    return bytes > 0 && load(position, bytes, bound)
        ? RecordFrame.decode(window, at(position), bytes, position)
        : null;
  }

  /**
   * Returns the frame at a position, as {@link #frameAt} does, if it says that a position before it
   * was forced, else null. What is no such frame is told from its first bytes, but for rare cases.
   */
  @Nullable RecordFrame frameThatSpeaksFor(long forced, long position, long bound)
      throws IOException {
    return load(position, RecordFrame.HEADER_BYTES, bound)
            && RecordFrame.forcedThrough(window, at(position)) > forced
        ? frameAt(position, bound)
        : null;
  }

  /** The run that the damaged frame at a position seems to belong to; null if that is unclear. */
  @Nullable RunId guessRunId(long position, long bound) throws IOException {
    int bytes = (int) Math.min(bound - position, 512);
    return load(position, bytes, bound)
        ? RecordFrame.guessRunId(window, at(position), bytes)
        : null;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Checks a large frame piece by piece: a damaged length must not claim memory. */
  private boolean isIntact(long position, int bytes) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(WINDOW_BYTES_MAX);
    FrameChecksum checksum = new FrameChecksum(position, window.getInt(at(position)));
    int expected = window.getInt(at(position) + 4);
    long end = position + bytes;
    long next = position + FrameChecksum.COVERED_FROM;
    while (next < end) {
      piece.clear().limit((int) Math.min(WINDOW_BYTES_MAX, end - next));
      int read = file.read(piece, next - base);
      if (read <= 0) {
        return false;
      }
      checksum.add(piece.array(), 0, read);
      next += read;
    }
    return checksum.value() == expected;
  }

  private int at(long position) {
    return (int) (position - windowPosition);
  }

  private boolean load(long position, int bytes, long bound) throws IOException {
    if (bound - position < bytes) {
      return false;
    }
    if (position < windowPosition || position + bytes > windowEnd()) {
      moveWindow(position, bytes, bound);
      fill(position + bytes, bound);
    }
    return position + bytes <= windowEnd();
  }

  private long windowEnd() {
    return windowPosition + window.limit();
  }

  /** Begins the window at a position and keeps what it holds from there on. */
  private void moveWindow(long position, int bytes, long bound) {
    long useful = Math.max(WINDOW_BYTES_MIN, Math.min(WINDOW_BYTES_MAX, bound - position));
    int capacity = (int) Math.max(bytes, useful);
    boolean overlaps = position >= windowPosition && position < windowEnd();
    window.position(overlaps ? at(position) : window.limit());
    if (capacity > window.capacity() || window.capacity() > WINDOW_BYTES_MAX) {
      // A window that grew for one large frame is given back with the first smaller one.
      capacity = Math.max(capacity, window.remaining());
      window = ByteBuffer.allocate(capacity).put(window).flip();
    } else {
      window.compact().flip();
    }
    windowPosition = position;
  }

  private void fill(long needed, long bound) throws IOException {
    long room = Math.min(bound - windowPosition, window.capacity());
    int filled = window.limit();
    window.limit((int) room).position(filled);
    while (windowPosition + window.position() < needed
        && file.read(window, windowPosition + window.position() - base) > 0) {}
    window.limit(window.position()).position(0);
  }
}
