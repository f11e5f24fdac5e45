package dev.eider.server.log.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures the room of a disk, and recognizes failures for want of it by their words. */
final class DiskSpace {
  private static final Logger LOGGER = LoggerFactory.getLogger(DiskSpace.class);

  private static final String PROBE = "probe";
  private static final int PROBE_BYTES = 64 << 10;

  /** Returns how many bytes a disk can still take; huge if it does not tell. */
  static long usableBytes(Disk disk) {
    try {
      return disk.usableBytes();
    } catch (IOException e) {
      // The next write will meet what is wrong with it.
      LOGGER.debug("{} does not tell its free space", disk, e);
      return Long.MAX_VALUE;
    }
  }

  /** Returns whether the disk, or the user's share of it, is full. */
  static boolean isExhausted(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (saysFull(cause.getMessage())) {
        return true;
      }
    }
    return false;
  }

  private static boolean saysFull(@Nullable String message) {
    return message != null
        && (message.contains("No space left on device") || message.contains("Disk quota exceeded"));
  }

  /**
   * Writes, forces and deletes a file beside the log, which a crash may leave: free space does not
   * tell of files that are refused, of quotas, or of space that is promised and not there.
   */
  static boolean canWrite(Disk disk) {
    try {
      try (DiskFile file = disk.openToWrite(PROBE)) {
        file.truncate(0);
        file.write(ByteBuffer.allocate(PROBE_BYTES), 0);
        file.force();
      } finally {
        disk.delete(PROBE);
      }
      return true;
    } catch (IOException e) {
      LOGGER.debug("{} cannot be written", disk, e);
      return false;
    }
  }
}
