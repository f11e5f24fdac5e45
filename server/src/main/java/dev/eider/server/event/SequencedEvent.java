package dev.eider.server.event;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.eider.v1.EventEnvelope;
import java.io.IOException;

/**
 * An event with its place, in the very bytes that every reader gets. The live and the cold path
 * both make it here, which is why a reader cannot tell them apart. Immutable: {@code envelope} is
 * never written to.
 *
 * @param seq first is 1
 * @param kind see {@link EventKind}
 * @param envelope the encoded {@code eider.v1.EventEnvelope}
 */
@SuppressWarnings(
    "ArrayRecordComponent") // compared by identity only; copying each event's bytes would cost
public record SequencedEvent(long seq, String kind, String agentId, int t, byte[] envelope) {

  /** Wraps an event's bytes into an envelope. */
  public static SequencedEvent of(
      RunId runId, long seq, String kind, String agentId, int t, byte[] eventBytes) {
    return new SequencedEvent(seq, kind, agentId, t, wrap(runId, seq, eventBytes));
  }

  /** Wraps an event's bytes; throws IllegalArgumentException if they are none. */
  public static SequencedEvent of(RunId runId, long seq, byte[] eventBytes) {
    EventScan scan = EventScan.of(eventBytes);
    return of(runId, seq, scan.kind, scan.agentId, scan.t, eventBytes);
  }

  /** Returns the event of an envelope. */
  static SequencedEvent ofEnvelope(long seq, byte[] envelope) {
    EventScan scan = EventScan.of(eventBytes(envelope));
    return new SequencedEvent(seq, scan.kind, scan.agentId, scan.t, envelope);
  }

  /** Decodes the envelope. */
  public EventEnvelope parse() {
    try {
      return EventEnvelope.parseFrom(envelope);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the envelope was made here", e);
    }
  }

  /** Returns the event's own bytes, without the envelope. */
  public byte[] eventBytes() {
    return eventBytes(envelope);
  }

  private static byte[] eventBytes(byte[] envelope) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(envelope);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == EventEnvelope.EVENT_FIELD_NUMBER) {
          return in.readByteArray();
        }
        in.skipField(tag);
      }
      throw new IllegalStateException("an envelope without an event");
    } catch (IOException e) {
      throw new IllegalStateException("the envelope was made here", e);
    }
  }

  private static byte[] wrap(RunId runId, long seq, byte[] eventBytes) {
    EnvelopeForm form = new EnvelopeForm(runId);
    byte[] envelope = new byte[form.size(seq, eventBytes.length)];
    int at = form.put(envelope, 0, seq, eventBytes.length);
    System.arraycopy(eventBytes, 0, envelope, at, eventBytes.length);
    return envelope;
  }
}
