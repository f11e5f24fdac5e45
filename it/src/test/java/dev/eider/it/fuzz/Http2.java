package dev.eider.it.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Collections;

/** Writes HTTP/2 frames by hand, right or wrong. */
final class Http2 {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  private Http2() {}

  static byte[] preface() {
    return join("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII), frame(SETTINGS, 0, 0));
  }

  static byte[] frame(int type, int flags, int stream, byte... payload) {
    return join(header(payload.length, type, flags, stream), payload);
  }

  /** The nine bytes before a payload, which may be of another length. */
  static byte[] header(int length, int type, int flags, int stream) {
    return ByteBuffer.allocate(9)
        .put((byte) (length >> 16))
        .putShort((short) length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .array();
  }

  /** The headers of a gRPC call. */
  static byte[] call(int stream, String method) {
    return frame(
        HEADERS,
        END_HEADERS,
        stream,
        join(
            literal(":method", "POST"),
            literal(":scheme", "http"),
            literal(":path", "/" + method),
            literal(":authority", "localhost"),
            literal("te", "trailers"),
            literal("content-type", "application/grpc")));
  }

  /** A header that is not indexed; name and value in plain text. */
  static byte[] literal(String name, String value) {
    return join(new byte[1], text(name), text(value));
  }

  private static byte[] text(String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    if (bytes.length < 127) {
      return join(new byte[] {(byte) bytes.length}, bytes);
    }
    int rest = bytes.length - 127;
    ByteArrayOutputStream length = new ByteArrayOutputStream();
    length.write(127);
    for (; rest >= 128; rest >>= 7) {
      length.write(rest & 127 | 128);
    }
    length.write(rest);
    return join(length.toByteArray(), bytes);
  }

  /** A message as gRPC frames it; the length is said, not measured. */
  static byte[] message(int flag, int length, byte... bytes) {
    return join(ByteBuffer.allocate(5).put((byte) flag).putInt(length).array(), bytes);
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  static byte[] times(int count, byte[] part) {
    return join(Collections.nCopies(count, part).toArray(byte[][]::new));
  }
}
