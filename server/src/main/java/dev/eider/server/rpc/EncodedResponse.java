package dev.eider.server.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.WireFormat;
import dev.eider.server.run.SequencedEvent;
import java.io.IOException;
import java.util.List;

/** A response of a stream of events, ready to be written. Immutable. */
sealed interface EncodedResponse {
  /** The size in bytes. */
  int size();

  /** Writes the response in protobuf's encoding. */
  void writeTo(CodedOutputStream out) throws IOException;

  /** A response without events. */
  record Plain(MessageLite message) implements EncodedResponse {
    @Override
    public int size() {
      return message.getSerializedSize();
    }

    @Override
    public void writeTo(CodedOutputStream out) throws IOException {
      message.writeTo(out);
    }
  }

  /**
   * A response with a batch of events, put together from envelopes that were encoded once for all
   * readers.
   *
   * <p>SubscribeResponse and ColdStreamResponse both have {@code EventBatch events = 1}, and
   * EventBatch has {@code repeated EventEnvelope envelopes = 1}, which is all that is written here.
   *
   * @param batchSize the size of the EventBatch in bytes
   */
  record Events(List<SequencedEvent> events, int batchSize) implements EncodedResponse {
    static final int FIELD_NUMBER = 1;

    static Events of(List<SequencedEvent> events) {
      int batchSize = 0;
      for (SequencedEvent event : events) {
        batchSize += CodedOutputStream.computeByteArraySize(FIELD_NUMBER, event.envelope());
      }
      return new Events(events, batchSize);
    }

    @Override
    public int size() {
      return CodedOutputStream.computeTagSize(FIELD_NUMBER)
          + CodedOutputStream.computeUInt32SizeNoTag(batchSize)
          + batchSize;
    }

    @Override
    public void writeTo(CodedOutputStream out) throws IOException {
      out.writeTag(FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
      out.writeUInt32NoTag(batchSize);
      for (SequencedEvent event : events) {
        out.writeByteArray(FIELD_NUMBER, event.envelope());
      }
    }
  }
}
