package dev.eider.server.event;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Random;

/**
 * Makes messages of any type that are right in form, with values at the edge of what is allowed.
 */
public final class RandomMessages {
  private static final int DEPTH_MAX = 10;
  private static final List<String> TEXTS =
      List.of(
          "",
          "a",
          "b",
          "kind",
          "/a",
          "/a/b",
          "/0",
          "/-",
          "",
          "~",
          "/~2",
          "\0",
          "\u0001\"\\\u2028",
          "\uD83D\uDE00",
          "add",
          "remove",
          "copy",
          "move",
          "test",
          "replace",
          "metric",
          "r-1",
          "-x",
          "x".repeat(129),
          "y".repeat(1_025));
  private static final List<Double> NUMBERS =
      List.of(
          0.0,
          -0.0,
          1.5,
          9007199254740993.0,
          1e308,
          Double.MIN_VALUE,
          -Double.MAX_VALUE,
          Double.NaN,
          Double.NEGATIVE_INFINITY);
  private static final List<Long> INTEGERS =
      List.of(
          0L,
          1L,
          -1L,
          999_999_999L,
          253_402_300_799L,
          -62_135_596_801L,
          (1L << 31) - 1,
          1L << 31,
          Long.MAX_VALUE,
          Long.MIN_VALUE);

  private final Random random;

  public RandomMessages(Random random) {
    this.random = random;
  }

  /** A message of the type of a prototype. */
  @SuppressWarnings("unchecked") // a builder of the prototype builds its type
  public <T extends Message> T like(T prototype) {
    return (T) filled(prototype.newBuilderForType(), 0).build();
  }

  private Message.Builder filled(Message.Builder message, int depth) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      boolean isDeep = field.getJavaType() == JavaType.MESSAGE && depth >= DEPTH_MAX;
      if (isDeep || random.nextInt(10) < 4) {
        continue;
      }
      if (!field.isRepeated()) {
        message.setField(field, value(message, field, depth));
        continue;
      }
      for (int i = random.nextInt(3); i > 0; i--) {
        message.addRepeatedField(field, value(message, field, depth));
      }
    }
    return message;
  }

  private Object value(Message.Builder message, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> pick(INTEGERS).intValue();
      case LONG -> pick(INTEGERS);
      case FLOAT -> pick(NUMBERS).floatValue();
      case DOUBLE -> pick(NUMBERS);
      case BOOLEAN -> random.nextBoolean();
      case STRING -> pick(TEXTS);
      case BYTE_STRING -> ByteString.copyFromUtf8(pick(TEXTS));
      case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt(5));
      case MESSAGE -> filled(message.newBuilderForField(field), depth + 1).build();
    };
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
