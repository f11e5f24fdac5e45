package dev.eider.server.log.segment;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a segment's file; the format is in {@code log-format.md}. Immutable.
 *
 * @param version the version of the format of the frames
 * @param base the segment's base position
 * @param forcedThrough every position before it was forced when the segment was begun
 */
record SegmentHeader(int version, long base, long forcedThrough) {
  static final int BYTES = 32;

  /** The version that is written, and the newest that can be read. */
  static final int VERSION = 1;

  private static final long MAGIC = 0x45494445524C4F47L; // EIDERLOG
  private static final int CRC_AT = 12;
  private static final int AFTER_CRC = 16;

  ByteBuffer encode() {
    ByteBuffer bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(MAGIC)
            .putInt(version)
            .putInt(0)
            .putLong(base)
            .putLong(forcedThrough);
    return bytes.putInt(CRC_AT, crc(bytes.array())).flip();
  }

  /** Decodes a header, or returns null if the {@link #BYTES} bytes are not one. */
  static @Nullable SegmentHeader decode(byte[] bytes) {
    ByteBuffer header = ByteBuffer.wrap(bytes);
    return header.getLong(0) == MAGIC && header.getInt(CRC_AT) == crc(bytes)
        ? new SegmentHeader(header.getInt(8), header.getLong(16), header.getLong(24))
        : null;
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, CRC_AT);
    crc.update(bytes, AFTER_CRC, BYTES - AFTER_CRC);
    return (int) crc.getValue();
  }
}
