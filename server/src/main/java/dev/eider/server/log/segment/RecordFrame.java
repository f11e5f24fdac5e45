package dev.eider.server.log.segment;

import dev.eider.server.event.RunId;
import dev.eider.server.log.LogRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * An intact frame in a buffer; the format is in {@code log-format.md}. It is valid until the buffer
 * changes. All buffers are heap buffers.
 *
 * <p>Confined to the thread that uses it.
 */
record RecordFrame(ByteBuffer buffer, int at, long position) {
  static final int HEADER_BYTES = 28;
  static final int ALIGNMENT = 8;

  /** The smallest frame there is, padding included. */
  static final int BYTES_MIN = 32;

  static final int RUN_ID_BYTES_MAX = 255;

  private static final int FORCED_THROUGH_AT = 8;
  private static final int FIRST_SEQ_AT = 16;
  private static final int KIND_AT = 24;
  private static final int RUN_ID_BYTES_AT = 25;
  private static final int RESERVED_AT = 26;
  private static final byte RECORD = 1;
  private static final byte MARK = 2;
  private static final byte[] NOTHING = {};

  /** Returns the length of a frame, padding included. */
  static long bytes(int runIdBytes, int bodyBytes) {
    return align((long) HEADER_BYTES + runIdBytes + bodyBytes);
  }

  /** Puts a record's frame at the buffer's position. */
  static void putRecord(ByteBuffer target, Stamp stamp, byte[] runId, long firstSeq, byte[] body) {
    put(target, stamp, RECORD, new Content(runId, firstSeq, body));
  }

  /** Puts a mark's frame at the buffer's position. */
  static void putMark(ByteBuffer target, Stamp stamp) {
    put(target, stamp, MARK, new Content(NOTHING, 0, NOTHING));
  }

  /**
   * Returns the length, padding included, that a frame here says it has, or 0 if this is surely no
   * frame that ends within {@code bytesMax}. Looks at the header only, which must be in the buffer.
   */
  static int plausibleBytes(ByteBuffer buffer, int at, long position, long bytesMax) {
    int length = buffer.getInt(at);
    long forcedThrough = forcedThrough(buffer, at);
    int kind = buffer.get(at + KIND_AT);
    int runIdBytes = Byte.toUnsignedInt(buffer.get(at + RUN_ID_BYTES_AT));
    boolean plausible =
        length >= HEADER_BYTES + runIdBytes
            && align(length) <= Math.min(bytesMax, Integer.MAX_VALUE)
            && (kind == RECORD || (kind == MARK && length == HEADER_BYTES))
            && buffer.getShort(at + RESERVED_AT) == 0
            && forcedThrough >= 0
            && forcedThrough <= position;
    return plausible ? (int) align(length) : 0;
  }

  /** Returns the frame whose plausible bytes are in the buffer, or null if it is not intact. */
  static @Nullable RecordFrame decode(ByteBuffer buffer, int at, int bytes, long position) {
    return buffer.getInt(at + 4) == crc(buffer, at, bytes, position)
        ? new RecordFrame(buffer, at, position)
        : null;
  }

  /** Returns the run that a damaged frame seems to belong to, or null if its bytes do not say. */
  static @Nullable RunId guessRunId(ByteBuffer buffer, int at, int bytes) {
    if (bytes < HEADER_BYTES) {
      return null;
    }
    int runIdBytes = Byte.toUnsignedInt(buffer.get(at + RUN_ID_BYTES_AT));
    if (bytes < HEADER_BYTES + runIdBytes) {
      return null;
    }
    String value = text(buffer, at + HEADER_BYTES, runIdBytes);
    return RunId.isValid(value) ? new RunId(value) : null;
  }

  long nextPosition() {
    return position + align(buffer.getInt(at));
  }

  /** Returns the position before which all was forced when this frame was written. */
  long forcedThrough() {
    return forcedThrough(buffer, at);
  }

  /** Returns the same of bytes in the buffer that may be the header of a frame. */
  static long forcedThrough(ByteBuffer buffer, int at) {
    return buffer.getLong(at + FORCED_THROUGH_AT);
  }

  boolean isRecord() {
    return buffer.get(at + KIND_AT) == RECORD;
  }

  /** Copies the record out of the buffer. */
  LogRecord toRecord() {
    int runIdBytes = Byte.toUnsignedInt(buffer.get(at + RUN_ID_BYTES_AT));
    int bodyAt = HEADER_BYTES + runIdBytes;
    byte[] body = new byte[buffer.getInt(at) - bodyAt];
    buffer.get(at + bodyAt, body);
    return new LogRecord(
        position,
        nextPosition(),
        new RunId(text(buffer, at + HEADER_BYTES, runIdBytes)),
        buffer.getLong(at + FIRST_SEQ_AT),
        body);
  }

  private static void put(ByteBuffer target, Stamp stamp, byte kind, Content content) {
    int at = target.position();
    int length = HEADER_BYTES + content.runId.length + content.body.length;
    int bytes = (int) align(length);
    target.putInt(length).putInt(0).putLong(stamp.forcedThrough).putLong(content.firstSeq);
    target.put(kind).put((byte) content.runId.length).putShort((short) 0);
    target.put(content.runId).put(content.body);
    while (target.position() < at + bytes) {
      target.put((byte) 0);
    }
    target.putInt(at + 4, crc(target, at, bytes, stamp.position));
  }

  private static int crc(ByteBuffer buffer, int at, int bytes, long position) {
    FrameChecksum checksum = new FrameChecksum(position, buffer.getInt(at));
    int from = FrameChecksum.COVERED_FROM;
    checksum.add(buffer.array(), buffer.arrayOffset() + at + from, bytes - from);
    return checksum.value();
  }

  private static String text(ByteBuffer buffer, int at, int bytes) {
    return new String(buffer.array(), buffer.arrayOffset() + at, bytes, StandardCharsets.UTF_8);
  }

  private static long align(long bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** A frame's place, and before which position all was forced when it was made. Immutable. */
  record Stamp(long position, long forcedThrough) {}

  @SuppressWarnings("ArrayRecordComponent") // lives for one call
  private record Content(byte[] runId, long firstSeq, byte[] body) {}

  /** A frame's checksum, computed piece by piece. Confined to the thread that uses it. */
  static final class FrameChecksum {
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
}
