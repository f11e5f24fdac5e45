package dev.eider.server.log.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file beside the segments that says how far the log was forced, for the records that no later
 * frame speaks for yet; its format is in {@code log-format.md}.
 *
 * <p>It is written over in place after each force and before the answer, and not forced itself: it
 * outlives the process, and the loss of power as far as the system has written it. It never says
 * too much, so it may be old, torn or missing. A write that fails is therefore no failure of the
 * batch: its records are on disk, and only a witness is missing.
 *
 * <p>Owned by the log's owner.
 */
final class ForcedNote implements Closeable {
  static final String NAME = "forced";
  static final int BYTES = 24;

  private static final long MAGIC = 0x45494445524E4F54L; // EIDERNOT
  private static final int CRC_AT = 20;
  private static final Logger LOGGER = LoggerFactory.getLogger(ForcedNote.class);

  private final @Nullable DiskFile file;
  private boolean isStale;

  private ForcedNote(@Nullable DiskFile file) {
    this.file = file;
  }

  /** Returns the position in the note of a log; 0 if there is none or it is not intact. */
  static long read(Disk disk) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    try (DiskFile file = disk.openToRead(NAME)) {
      while (bytes.hasRemaining() && file.read(bytes, bytes.position()) > 0) {}
    } catch (NoSuchFileException e) {
      return 0;
    }
    if (bytes.getLong(0) == MAGIC && bytes.getInt(CRC_AT) == crc(bytes.array())) {
      return bytes.getLong(8);
    }
    LOGGER.warn("the file {} in {} is not intact, and is written anew", NAME, disk);
    return 0;
  }

  /** Opens the note to write it, making the file where it is missing. */
  static ForcedNote open(Disk disk) {
    try {
      return new ForcedNote(disk.openToWrite(NAME));
    } catch (IOException e) {
      LOGGER.warn("the file {} in {} cannot be written; going on without it", NAME, disk, e);
      return new ForcedNote(null);
    }
  }

  /** Notes that every record before a position was forced. */
  void write(long forcedPosition) {
    if (file == null) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).putLong(MAGIC).putLong(forcedPosition).putInt(0);
    bytes.putInt(crc(bytes.array())).flip();
    try {
      file.write(bytes, 0);
      isStale = false;
    } catch (IOException e) {
      if (!isStale) {
        LOGGER.warn("the file {} could not be written, and says less than it could", NAME, e);
      }
      isStale = true;
    }
  }

  /** Forces what was noted. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      try (DiskFile closing = file) {
        closing.force();
      }
    }
  }

  @Override
  public String toString() {
    return NAME;
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, CRC_AT);
    return (int) crc.getValue();
  }
}
