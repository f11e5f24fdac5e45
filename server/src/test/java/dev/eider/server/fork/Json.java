package dev.eider.server.fork;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import dev.eider.v1.JsonPatchOp;

/** JSON as a person writes it. */
final class Json {
  private Json() {}

  static Struct struct(String json) {
    Struct.Builder struct = Struct.newBuilder();
    merge(json, struct);
    return struct.build();
  }

  static Value value(String json) {
    Value.Builder value = Value.newBuilder();
    merge(json, value);
    return value.build();
  }

  static JsonPatchOp op(String json) {
    JsonPatchOp.Builder op = JsonPatchOp.newBuilder();
    merge(json, op);
    return op.build();
  }

  private static void merge(String json, com.google.protobuf.Message.Builder target) {
    try {
      JsonFormat.parser().merge(json.replace('\'', '"'), target);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(json, e);
    }
  }
}
