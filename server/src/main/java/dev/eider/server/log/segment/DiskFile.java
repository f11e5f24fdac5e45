package dev.eider.server.log.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file. What was written or cut off is surely so after a crash only once {@link #force} has
 * returned; before that, any part of it may be.
 *
 * <p>Confined to the thread that uses it.
 */
public interface DiskFile extends Closeable {
  /** Returns the length of the file in bytes. */
  long sizeBytes() throws IOException;

  /** Reads one byte or more into the room of {@code target}; returns how many, -1 at the end. */
  int read(ByteBuffer target, long offset) throws IOException;

  /** Writes all of {@code source}, or any part of it when it fails; makes the file longer. */
  void write(ByteBuffer source, long offset) throws IOException;

  /** Cuts the file off after {@code sizeBytes}. Does nothing if it is not longer. */
  void truncate(long sizeBytes) throws IOException;

  /**
   * Forces content and length to disk. After a failure nothing is known of what was not forced
   * before, and a later force that succeeds does not speak for it.
   */
  void force() throws IOException;
}
