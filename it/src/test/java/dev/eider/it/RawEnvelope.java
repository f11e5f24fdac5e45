package dev.eider.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.eider.v1.Event;
import dev.eider.v1.EventEnvelope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An envelope as it came over the wire, unparsed below its three fields: only the bytes that came
 * can show that a cold event is the live one. Immutable.
 *
 * @param event field 3, what {@code Run.digest} is made of
 * @param bytes the whole envelope
 */
public record RawEnvelope(String runId, long seq, ByteString event, ByteString bytes) {

  /**
   * Takes an envelope that a library has parsed. Java keeps the order of a Struct's entries and
   * unknown fields, so what the daemon stored in canonical form encodes to the same bytes again;
   * readers that can see the wire still use {@link #parse}.
   */
  public static RawEnvelope of(EventEnvelope envelope) {
    return parse(envelope.toByteString());
  }

  /** Takes an envelope that was kept as bytes. */
  public static RawEnvelope ofBytes(ByteString bytes) {
    return parse(bytes);
  }

  static RawEnvelope parse(ByteString bytes) {
    String runId = "";
    long seq = 0;
    ByteString event = ByteString.EMPTY;
    try {
      CodedInputStream in = bytes.newCodedInput();
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case EventEnvelope.RUN_ID_FIELD_NUMBER -> runId = in.readStringRequireUtf8();
          case EventEnvelope.SEQ_FIELD_NUMBER -> seq = in.readInt64();
          case EventEnvelope.EVENT_FIELD_NUMBER -> event = in.readBytes();
          default -> throw new AssertionError("an envelope has an unknown field, tag " + tag);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("an envelope that cannot be parsed", e);
    }
    return new RawEnvelope(runId, seq, event, bytes);
  }

  /** The envelopes of a response whose field 1 is an EventBatch, which both read calls have. */
  static List<RawEnvelope> ofResponse(ByteString response) throws IOException {
    List<RawEnvelope> envelopes = new ArrayList<>();
    for (ByteString batch : messagesInField1(response)) {
      for (ByteString envelope : messagesInField1(batch)) {
        envelopes.add(parse(envelope));
      }
    }
    return envelopes;
  }

  private static List<ByteString> messagesInField1(ByteString message) throws IOException {
    List<ByteString> found = new ArrayList<>();
    CodedInputStream in = message.newCodedInput();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == 1) {
        found.add(in.readBytes());
      } else {
        in.skipField(tag);
      }
    }
    return found;
  }

  public Event parsedEvent() {
    try {
      return Event.parseFrom(event);
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException("an event that cannot be parsed", e);
    }
  }
}
