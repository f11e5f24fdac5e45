package dev.eider.bench.wire;

import com.google.protobuf.CodedOutputStream;
import dev.eider.bench.BenchEvent;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishStreamRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Puts encoded events into requests. */
final class Requests {
  private static final int LENGTH_DELIMITED = 2;

  private Requests() {}

  /** A PublishRequest that opens the run when it is missing. */
  static byte[] publish(String runId, List<BenchEvent> events) {
    byte[] request = new byte[publishSize(runId, events)];
    CodedOutputStream out = CodedOutputStream.newInstance(request);
    try {
      writePublish(out, runId, events);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return request;
  }

  /** The same of a producer, in a PublishStreamRequest. */
  static byte[] publishStream(
      String requestId, String runId, long producerSeq, List<BenchEvent> events) {
    byte[] producer =
        Producer.newBuilder().setId("bench").setEpoch(1).setSeq(producerSeq).build().toByteArray();
    int publishSize =
        publishSize(runId, events)
            + CodedOutputStream.computeByteArraySize(
                PublishRequest.PRODUCER_FIELD_NUMBER, producer);
    int size =
        CodedOutputStream.computeStringSize(PublishStreamRequest.REQUEST_ID_FIELD_NUMBER, requestId)
            + CodedOutputStream.computeTagSize(PublishStreamRequest.PUBLISH_FIELD_NUMBER)
            + CodedOutputStream.computeUInt32SizeNoTag(publishSize)
            + publishSize;
    byte[] request = new byte[size];
    CodedOutputStream out = CodedOutputStream.newInstance(request);
    try {
      out.writeString(PublishStreamRequest.REQUEST_ID_FIELD_NUMBER, requestId);
      out.writeTag(PublishStreamRequest.PUBLISH_FIELD_NUMBER, LENGTH_DELIMITED);
      out.writeUInt32NoTag(publishSize);
      writePublish(out, runId, events);
      out.writeByteArray(PublishRequest.PRODUCER_FIELD_NUMBER, producer);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return request;
  }

  private static int publishSize(String runId, List<BenchEvent> events) {
    int size =
        CodedOutputStream.computeStringSize(PublishRequest.RUN_ID_FIELD_NUMBER, runId)
            + CodedOutputStream.computeBoolSize(PublishRequest.OPEN_IF_MISSING_FIELD_NUMBER, true);
    for (BenchEvent event : events) {
      size +=
          CodedOutputStream.computeByteArraySize(
              PublishRequest.EVENTS_FIELD_NUMBER, event.encoded());
    }
    return size;
  }

  private static void writePublish(CodedOutputStream out, String runId, List<BenchEvent> events)
      throws IOException {
    out.writeString(PublishRequest.RUN_ID_FIELD_NUMBER, runId);
    for (BenchEvent event : events) {
      out.writeByteArray(PublishRequest.EVENTS_FIELD_NUMBER, event.encoded());
    }
    out.writeBool(PublishRequest.OPEN_IF_MISSING_FIELD_NUMBER, true);
  }
}
