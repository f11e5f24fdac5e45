package dev.eider.it.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.UnknownFieldSet;
import java.util.List;
import java.util.Random;

/**
 * Makes messages of any type from their descriptor: right in form, with values that lie at the
 * edges or beyond. Confined to one thread.
 */
final class RandomMessage {
  private static final int DEPTH_MAX = 12;
  private static final List<Long> LONGS =
      List.of(
          0L,
          1L,
          2L,
          -1L,
          127L,
          128L,
          999_999_999L,
          1_000_000_000L,
          253_402_300_799L,
          253_402_300_800L,
          -62_135_596_800L,
          -62_135_596_801L,
          (1L << 31) - 1,
          1L << 31,
          1L << 53,
          Long.MAX_VALUE,
          Long.MAX_VALUE - 1,
          Long.MIN_VALUE);
  private static final List<Double> DOUBLES =
      List.of(
          0.0,
          -0.0,
          1.5,
          Double.NaN,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY,
          Double.MAX_VALUE,
          -Double.MAX_VALUE,
          Double.MIN_VALUE,
          1e308,
          9007199254740993.0);
  private static final String[] TEXTS = {
    "", "a", "kind", "/", "/a", "/a/0", "/a/-", "~",
    "~2", "\0", "\u0001\u001f\"\\", "\u2028", "\uD83D\uDE00", "ä\u0300", "null",
        "'; DROP TABLE events; --",
    "%s%n", "metric", "add", "remove", "copy", "move", "test", "replace",
    ".", "-x", "a".repeat(128), "a".repeat(129), "x".repeat(5_000), "\uFFFF",
        "eider.v1.BrokerService", "gzip"
  };

  private final Random random;
  private final List<String> runIds;

  /**
   * @param runIds what ids of runs are mostly taken from
   */
  RandomMessage(Random random, List<String> runIds) {
    this.random = random;
    this.runIds = runIds;
  }

  DynamicMessage of(Descriptor type) {
    return of(type, 0);
  }

  private DynamicMessage of(Descriptor type, int depth) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      boolean inOneof = field.getContainingOneof() != null;
      if (random.nextInt(10) < (inOneof ? 2 : 6)) {
        set(message, field, depth);
      }
    }
    if (random.nextInt(20) == 0) {
      message.setUnknownFields(unknown());
    }
    return message.build();
  }

  private void set(DynamicMessage.Builder message, FieldDescriptor field, int depth) {
    boolean isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    if (isMessage && depth >= DEPTH_MAX) {
      return;
    }
    if (!field.isRepeated()) {
      message.setField(field, value(field, depth));
      return;
    }
    int count = random.nextInt(50) == 0 ? 1_200 : random.nextInt(4);
    for (int i = 0; i < (depth > 3 ? Math.min(count, 2) : count); i++) {
      message.addRepeatedField(field, value(field, depth));
    }
  }

  private Object value(FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> LONGS.get(random.nextInt(LONGS.size())).intValue();
      case LONG -> LONGS.get(random.nextInt(LONGS.size()));
      case FLOAT -> DOUBLES.get(random.nextInt(DOUBLES.size())).floatValue();
      case DOUBLE -> DOUBLES.get(random.nextInt(DOUBLES.size()));
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text(field.getName());
      case BYTE_STRING -> bytes();
      case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt(6) - 1);
      case MESSAGE -> of(field.getMessageType(), depth + 1);
    };
  }

  private String text(String field) {
    if (field.endsWith("run_id") && random.nextInt(10) < 8) {
      return runIds.get(random.nextInt(runIds.size()));
    }
    return TEXTS[random.nextInt(TEXTS.length)];
  }

  private ByteString bytes() {
    byte[] bytes = new byte[random.nextInt(64)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private UnknownFieldSet unknown() {
    UnknownFieldSet.Field.Builder field = UnknownFieldSet.Field.newBuilder();
    switch (random.nextInt(4)) {
      case 0 -> field.addVarint(random.nextLong());
      case 1 -> field.addFixed64(random.nextLong());
      case 2 -> field.addLengthDelimited(bytes());
      default -> field.addGroup(UnknownFieldSet.getDefaultInstance());
    }
    int number = random.nextBoolean() ? 29 + random.nextInt(100) : 1 + random.nextInt(1 << 29 - 1);
    return UnknownFieldSet.newBuilder().mergeField(number, field.build()).build();
  }
}
