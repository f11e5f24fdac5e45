package dev.eider.bench.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.eider.v1.ColdStreamResponse;
import dev.eider.v1.EventBatch;
import dev.eider.v1.EventEnvelope;
import dev.eider.v1.SubscribeResponse;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * What a benchmark looks at in a response of Subscribe or ColdStream: where its events stand, which
 * must be neighbours; events are skipped. Immutable.
 *
 * @param count 0 for a notice, or the end
 */
record Stretch(long firstSeq, int count) {
  private static final int EVENTS = SubscribeResponse.EVENTS_FIELD_NUMBER;

  static {
    if (EVENTS != ColdStreamResponse.EVENTS_FIELD_NUMBER) {
      throw new AssertionError("the two responses differ in the number of their events");
    }
  }

  /** The same call, with responses only looked at. */
  static <Q> MethodDescriptor<Q, Stretch> instead(MethodDescriptor<Q, ?> method) {
    return method.toBuilder(method.getRequestMarshaller(), new Scanner()).build();
  }

  private static Stretch scan(CodedInputStream in) throws IOException {
    long firstSeq = 0;
    int count = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) != EVENTS) {
        in.skipField(tag);
        continue;
      }
      int outer = in.pushLimit(in.readRawVarint32());
      while (in.readTag() != 0) { // envelopes, the batch's only field
        long seq = seq(in);
        if (count == 0) {
          firstSeq = seq;
        } else if (seq != firstSeq + count) {
          throw new IOException("seq " + seq + " follows " + (firstSeq + count - 1));
        }
        count++;
      }
      in.popLimit(outer);
    }
    return new Stretch(firstSeq, count);
  }

  private static long seq(CodedInputStream in) throws IOException {
    long seq = 0;
    int outer = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == EventEnvelope.SEQ_FIELD_NUMBER) {
        seq = in.readInt64();
      } else {
        in.skipField(tag);
      }
    }
    in.popLimit(outer);
    return seq;
  }

  /** Encodes a response, for {@link EchoServer}. */
  static byte[] encoded(EventBatch batch) {
    return SubscribeResponse.newBuilder().setEvents(batch).build().toByteArray();
  }

  private static final class Scanner implements Marshaller<Stretch> {
    @Override
    public InputStream stream(Stretch value) {
      throw new UnsupportedOperationException("nobody sends it");
    }

    @Override
    public Stretch parse(InputStream stream) {
      try {
        return scan(CodedInputStream.newInstance(stream.readAllBytes()));
      } catch (IOException e) {
        throw new UncheckedIOException("a response that breaks the promise", e);
      }
    }
  }
}
