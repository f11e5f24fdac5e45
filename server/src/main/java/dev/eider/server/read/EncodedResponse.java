package dev.eider.server.read;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.WireFormat;
import dev.eider.server.event.PackedEvents;
import dev.eider.server.event.SequencedEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * A response of a stream of events, in pieces that need no more encoding: events were encoded once,
 * for all readers. Immutable.
 *
 * @param <N> the response's message, of which those without events are built
 */
public sealed interface EncodedResponse<N extends MessageLite> {
  /** Returns the size in bytes. */
  int size();

  /** Writes the response in protobuf's encoding. */
  void writeTo(OutputStream out) throws IOException;

  /** A response without events. */
  record Plain<N extends MessageLite>(N message) implements EncodedResponse<N> {
    @Override
    public int size() {
      return message.getSerializedSize();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      message.writeTo(out);
    }
  }

  /**
   * A response with a batch of events, put together from envelopes that were encoded once for all
   * readers.
   *
   * <p>SubscribeResponse, SubscribeAllResponse and ColdStreamResponse have {@code EventBatch events
   * = 1}, and EventBatch has {@code repeated EventEnvelope envelopes = 1}, which is all that is
   * written here.
   *
   * @param batchSize the size of the EventBatch in bytes
   */
  record Events<N extends MessageLite>(List<SequencedEvent> events, int batchSize)
      implements EncodedResponse<N> {
    static final int FIELD_NUMBER = 1;

    /** A tag and a length. */
    private static final int PREFIX_BYTES_MAX = 10;

    /** Makes a response of one event or more, in the order in which they are sent. */
    public static <N extends MessageLite> Events<N> of(List<SequencedEvent> events) {
      if (events instanceof PackedEvents packed) {
        return new Events<>(events, packed.encodedSize());
      }
      int batchSize = 0;
      for (SequencedEvent event : events) {
        batchSize += CodedOutputStream.computeByteArraySize(FIELD_NUMBER, event.envelope());
      }
      return new Events<>(events, batchSize);
    }

    @Override
    public int size() {
      return CodedOutputStream.computeTagSize(FIELD_NUMBER)
          + CodedOutputStream.computeUInt32SizeNoTag(batchSize)
          + batchSize;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      byte[] prefix = new byte[PREFIX_BYTES_MAX];
      writePrefix(out, prefix, batchSize);
      if (events instanceof PackedEvents packed) {
        packed.writeTo(out);
        return;
      }
      for (SequencedEvent event : events) {
        // Straight from the envelope, without a buffer between.
        writePrefix(out, prefix, event.envelope().length);
        out.write(event.envelope());
      }
    }

    private static void writePrefix(OutputStream out, byte[] buffer, int length)
        throws IOException {
      CodedOutputStream prefix = CodedOutputStream.newInstance(buffer);
      prefix.writeTag(FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
      prefix.writeUInt32NoTag(length);
      out.write(buffer, 0, prefix.getTotalBytesWritten());
    }
  }

  /** Events of SubscribeAll, with {@code bytes resume_token = 6} after the batch; never changed. */
  @SuppressWarnings("ArrayRecordComponent") // nobody changes or compares it
  record TokenedEvents<N extends MessageLite>(Events<N> events, byte[] resumeToken)
      implements EncodedResponse<N> {
    static final int TOKEN_FIELD_NUMBER = 6;

    @Override
    public int size() {
      return events.size()
          + CodedOutputStream.computeByteArraySize(TOKEN_FIELD_NUMBER, resumeToken);
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      events.writeTo(out);
      CodedOutputStream token = CodedOutputStream.newInstance(out);
      token.writeByteArray(TOKEN_FIELD_NUMBER, resumeToken);
      token.flush();
    }
  }
}
