package dev.eider.server.log;

import dev.eider.server.run.RunId;
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
  private static final int WINDOW_BYTES = 256 << 10;

  private final DiskFile file;
  private final long base;
  private ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).flip();
  private long windowPosition;

  /** Takes over an open file and closes it in the end. */
  FrameCursor(DiskFile file, long base) {
    this.file = file;
    this.base = base;
    this.windowPosition = base;
  }

  /**
   * Returns the frame at a position, or null if there is no intact one that ends at or before
   * {@code bound}. It is valid until the next call.
   */
  @Nullable RecordFrame frameAt(long position, long bound) throws IOException {
    if (!load(position, RecordFrame.HEADER_BYTES, bound)) {
      return null;
    }
    int bytes = RecordFrame.plausibleBytes(window, at(position), position, bound - position);
    return bytes > 0 && load(position, bytes, bound)
        ? RecordFrame.decode(window, at(position), bytes, position)
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

  private int at(long position) {
    return (int) (position - windowPosition);
  }

  private boolean load(long position, int bytes, long bound) throws IOException {
    if (bound - position < bytes) {
      return false;
    }
    if (position < windowPosition || position + bytes > windowEnd()) {
      moveWindow(position, bytes);
      fill(position + bytes, bound);
    }
    return position + bytes <= windowEnd();
  }

  private long windowEnd() {
    return windowPosition + window.limit();
  }

  /** Begins the window at a position and keeps what it holds from there on. */
  private void moveWindow(long position, int bytes) {
    int capacity = Math.max(bytes, WINDOW_BYTES);
    boolean overlaps = position >= windowPosition && position < windowEnd();
    window.position(overlaps ? at(position) : window.limit());
    if (capacity > window.capacity() || window.capacity() > WINDOW_BYTES) {
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
