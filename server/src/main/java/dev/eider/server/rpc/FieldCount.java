package dev.eider.server.rpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import dev.eider.server.api.RequestLimits;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Counts the fields of an encoded message without building it. Confined to one call. */
public final class FieldCount {
  private final CodedInputStream in;
  private final int max;
  private int count;

  private FieldCount(CodedInputStream in, int max) {
    this.in = in;
    this.max = max;
  }

  /**
   * Returns whether a message, with the messages in it, has at most so many fields. Of bytes that
   * are no such message, or nested too deeply, only what can be read is counted: parsing will
   * refuse them.
   */
  public static boolean isAtMost(int max, byte[] bytes, Descriptor type) {
    FieldCount counted = new FieldCount(CodedInputStream.newInstance(bytes), max);
    try {
      counted.countMessage(type, 0);
    } catch (IOException malformed) {
      // Falls through with what was counted before.
    }
    return counted.count <= max;
  }

  /** Ends at the end of the message, of the group, or once there are too many. */
  private void countMessage(@Nullable Descriptor type, int depth) throws IOException {
    while (count <= max) {
      int tag = in.readTag();
      int wireType = WireFormat.getTagWireType(tag);
      if (tag == 0 || wireType == WireFormat.WIRETYPE_END_GROUP) {
        return;
      }
      count++;
      FieldDescriptor field =
          type == null ? null : type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      if (depth >= RequestLimits.NESTING_MAX) {
        in.skipField(tag);
      } else if (wireType == WireFormat.WIRETYPE_START_GROUP) {
        countMessage(null, depth + 1);
      } else if (wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED
          && field != null
          && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        int outer = in.pushLimit(in.readRawVarint32());
        countMessage(field.getMessageType(), depth + 1);
        in.popLimit(outer);
      } else {
        in.skipField(tag);
      }
    }
  }
}
