package dev.eider.server.log.segment;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A frame's checksum, computed piece by piece. Confined to the thread that uses it. */
final class FrameChecksum {
  /** The first byte of a frame behind the checksum itself; all from it on is to be added. */
  static final int COVERED_FROM = 8;

  private final CRC32C crc = new CRC32C();

  FrameChecksum(long position, int length) {
    crc.update(ByteBuffer.allocate(12).putLong(position).putInt(length).flip());
  }

  void add(byte[] bytes, int offset, int count) {
    crc.update(bytes, offset, count);
  }

  int value() {
    return (int) crc.getValue();
  }
}
