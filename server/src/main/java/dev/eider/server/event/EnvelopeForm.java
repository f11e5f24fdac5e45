package dev.eider.server.event;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.eider.v1.EventEnvelope;
import java.nio.charset.StandardCharsets;

/**
 * The encoding of the envelopes of one run: run id, seq, and the event as the last field, so that
 * an event can be written behind the rest without another copy. Immutable.
 */
final class EnvelopeForm {
  private static final int SEQ_TAG = EventEnvelope.SEQ_FIELD_NUMBER << 3;
  private static final int EVENT_TAG =
      EventEnvelope.EVENT_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  /** The field with the run id, with which all of them begin. */
  private final byte[] head;

  EnvelopeForm(RunId runId) {
    byte[] id = runId.value().getBytes(StandardCharsets.UTF_8);
    head = new byte[1 + CodedOutputStream.computeUInt32SizeNoTag(id.length) + id.length];
    head[0] =
        (byte) (EventEnvelope.RUN_ID_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED);
    int at = putVarint(head, 1, id.length);
    System.arraycopy(id, 0, head, at, id.length);
  }

  /** Returns the size of an envelope. */
  int size(long seq, int eventSize) {
    return head.length
        + 1
        + CodedOutputStream.computeUInt64SizeNoTag(seq)
        + 1
        + CodedOutputStream.computeUInt32SizeNoTag(eventSize)
        + eventSize;
  }

  /** Writes all of an envelope but its event, and returns where that goes. */
  int put(byte[] target, int from, long seq, int eventSize) {
    System.arraycopy(head, 0, target, from, head.length);
    int at = from + head.length;
    target[at++] = SEQ_TAG;
    at = putVarint(target, at, seq);
    target[at++] = EVENT_TAG;
    return putVarint(target, at, eventSize);
  }

  /** Writes a number as protobuf does, and returns where it ends. */
  static int putVarint(byte[] target, int from, long number) {
    int at = from;
    long left = number;
    while ((left & ~0x7fL) != 0) {
      target[at++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    target[at++] = (byte) left;
    return at;
  }
}
