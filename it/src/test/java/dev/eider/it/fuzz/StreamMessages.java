package dev.eider.it.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.eider.v1.PublishStreamRequest;
import dev.eider.v1.PublishStreamResponse;
import java.io.UncheckedIOException;

/** The messages of a stream of publishes, as bytes. */
final class StreamMessages {
  private StreamMessages() {}

  /** A message with a publish that need not be one. */
  static byte[] with(byte[] publish) {
    UnknownFieldSet.Field field =
        UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.copyFrom(publish)).build();
    UnknownFieldSet fields =
        UnknownFieldSet.newBuilder()
            .addField(PublishStreamRequest.PUBLISH_FIELD_NUMBER, field)
            .build();
    return PublishStreamRequest.newBuilder()
        .setRequestId("r")
        .setUnknownFields(fields)
        .build()
        .toByteArray();
  }

  /** The publish in a message; empty if there is none to be had. */
  static byte[] publishIn(byte[] message) {
    try {
      return PublishStreamRequest.parseFrom(message).getPublish().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      return new byte[0];
    }
  }

  static PublishStreamResponse response(byte[] message) {
    try {
      return PublishStreamResponse.parseFrom(message);
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException("an answer that cannot be parsed", e);
    }
  }
}
