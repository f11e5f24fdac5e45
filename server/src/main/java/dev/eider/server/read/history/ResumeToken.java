package dev.eider.server.read.history;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.v1.ErrorReason;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream of all runs goes on, and by what to know that it is this daemon's. Immutable.
 *
 * <p>As bytes: version 1 (1 byte), the position before which everything has been sent (8), the last
 * event sent as position (8), seq (8), CRC32C of its envelope (4), length of its run id (1) and run
 * id, or a length of 0 when there was none, and CRC32C of all that (4).
 *
 * @param scannedPosition everything at smaller positions has been sent
 * @param last the last event sent, or null
 */
public record ResumeToken(long scannedPosition, @Nullable Event last) {
  /** Begins with the first event of all. */
  public static final ResumeToken START = new ResumeToken(0, null);

  private static final byte VERSION = 1;
  private static final int FIXED_BYTES = 34;

  /** The place right after an event that was sent, and the CRC of its envelope. */
  public record Event(LogPlace place, int crc) {
    public static Event of(LogPlace place, SequencedEvent event) {
      return new Event(place, crcOf(event));
    }

    RunId runId() {
      return new RunId(place.runId());
    }

    boolean is(SequencedEvent event) {
      return event.seq() == place.seq() && crcOf(event) == crc;
    }

    private static int crcOf(SequencedEvent event) {
      return crc32c(event.envelope(), event.envelope().length);
    }
  }

  public static ResumeToken of(LogPlace place, @Nullable Event last) {
    // A place within a record is that of the event last sent.
    return new ResumeToken(place.runId().isEmpty() ? place.position() : 0, last);
  }

  /** Reads a token, empty for the start; throws INVALID_RESUME_TOKEN. */
  public static ResumeToken parse(byte[] bytes) {
    if (bytes.length == 0) {
      return START;
    }
    if (bytes.length < FIXED_BYTES || bytes[0] != VERSION) {
      throw invalid("is not one that this version of the daemon gives");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.getInt(bytes.length - Integer.BYTES) != crc32c(bytes, bytes.length - Integer.BYTES)) {
      throw invalid("is damaged");
    }
    in.get();
    try {
      long scannedPosition = in.getLong();
      long position = in.getLong();
      long seq = in.getLong();
      int crc = in.getInt();
      byte[] runId = new byte[Byte.toUnsignedInt(in.get())];
      in.get(runId);
      String name = new String(runId, US_ASCII);
      Event last = name.isEmpty() ? null : new Event(new LogPlace(position, name, seq), crc);
      return new ResumeToken(scannedPosition, last);
    } catch (BufferUnderflowException e) {
      throw invalid("is not one that a daemon gave");
    }
  }

  public byte[] toBytes() {
    LogPlace place = last == null ? LogPlace.START : last.place;
    byte[] runId = place.runId().getBytes(US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + runId.length);
    out.put(VERSION).putLong(scannedPosition).putLong(place.position()).putLong(place.seq());
    out.putInt(last == null ? 0 : last.crc).put((byte) runId.length).put(runId);
    return out.putInt(crc32c(out.array(), out.position())).array();
  }

  /** Returns where the stream goes on. */
  public LogPlace place() {
    LogPlace scanned = LogPlace.before(scannedPosition);
    return last == null || last.place.compareTo(scanned) < 0 ? scanned : last.place;
  }

  static BrokerException invalid(String problem) {
    return BrokerException.ofField(
        ErrorReason.ERROR_REASON_INVALID_RESUME_TOKEN, "resume_token", problem);
  }

  private static int crc32c(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
