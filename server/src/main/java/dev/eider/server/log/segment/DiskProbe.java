package dev.eider.server.log.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out by trying whether a disk can be written. Free space does not tell: a file may be
 * refused, a quota reached, or space be promised that is not there.
 */
final class DiskProbe {
  private static final Logger LOGGER = LoggerFactory.getLogger(DiskProbe.class);
  private static final String NAME = "probe";
  private static final int BYTES = 64 << 10;

  private DiskProbe() {}

  /** Writes and forces a file beside the log, and deletes it. A crash may leave it. */
  static boolean canWrite(Disk disk) {
    try {
      try (DiskFile file = disk.openToWrite(NAME)) {
        file.truncate(0);
        file.write(ByteBuffer.allocate(BYTES), 0);
        file.force();
      } finally {
        disk.delete(NAME);
      }
      return true;
    } catch (IOException e) {
      LOGGER.debug("{} cannot be written", disk, e);
      return false;
    }
  }
}
