package dev.eider.server.event;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import java.util.List;
import java.util.Random;

/**
 * Makes messages of any type from their descriptor: right in form, with values that lie at the
 * edges or beyond. Confined to one thread.
 */
public final class RandomMessages {
  private static final int DEPTH_MAX = 12;
  private static final Long[] LONGS = {
    0L, 1L, -1L,
    2L, 127L, -128L,
    128L, 255L, -62_135_596_800L,
    256L, 999_999_999L, -62_135_596_801L,
    1_000_000_000L, 2_147_483_647L, Long.MIN_VALUE,
    2_147_483_648L, 253_402_300_799L, Long.MAX_VALUE,
    253_402_300_800L, 9_007_199_254_740_992L, Long.MAX_VALUE - 1
  };
  private static final Double[] DOUBLES = {
    0.0, -0.0, Double.NaN, Double.MIN_VALUE,
    1.5, -Double.MAX_VALUE, Double.MAX_VALUE, Double.POSITIVE_INFINITY,
    1e308, 9007199254740993.0, Double.NEGATIVE_INFINITY
  };
  private static final String[] TEXTS = {
    "", "a", "b", "kind", "/", "/a",
    "/a/b", "/a/0", "/a/-", "~", "/~2", "\0",
    "\u0001\u001f\"\\", "\u2028", "\uD83D\uDE00", "ä\u0300", "null", "%s%n",
    "metric", "add", "remove", "copy", "move", "test",
    "replace", ".", "r-1", "-x", "\uFFFF", "gzip",
    "/0", "/-", "a".repeat(128), "x".repeat(129), "y".repeat(1_025), "'; DROP TABLE events; --"
  };

  private final Random random;
  private final List<String> runIds;
  private final boolean isHostile;

  public RandomMessages(Random random) {
    this.random = random;
    this.runIds = List.of();
    this.isHostile = false;
  }

  /**
   * Makes messages with unknown fields and long lists, too.
   *
   * @param runIds what ids of runs are mostly taken from
   */
  public RandomMessages(Random random, List<String> runIds) {
    this.random = random;
    this.runIds = runIds;
    this.isHostile = true;
  }

  /** Makes a message of the type of a prototype. */
  @SuppressWarnings("unchecked") // a builder of the prototype builds its type
  public <T extends Message> T like(T prototype) {
    return (T) filled(prototype.newBuilderForType(), 0).build();
  }

  private Message.Builder filled(Message.Builder message, int depth) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      boolean isDeep = field.getJavaType() == JavaType.MESSAGE && depth >= DEPTH_MAX;
      boolean isRare = isHostile && field.getContainingOneof() != null;
      if (isDeep || random.nextInt(10) >= (isRare ? 2 : 6)) {
        continue;
      }
      if (!field.isRepeated()) {
        message.setField(field, value(message, field, depth));
        continue;
      }
      for (int i = count(depth); i > 0; i--) {
        message.addRepeatedField(field, value(message, field, depth));
      }
    }
    if (isHostile && random.nextInt(20) == 0) {
      message.setUnknownFields(unknown());
    }
    return message;
  }

  private int count(int depth) {
    int count = isHostile && random.nextInt(50) == 0 ? 1_200 : random.nextInt(4);
    return depth > 3 ? Math.min(count, 2) : count;
  }

  private Object value(Message.Builder message, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> pick(LONGS).intValue();
      case LONG -> pick(LONGS);
      case FLOAT -> pick(DOUBLES).floatValue();
      case DOUBLE -> pick(DOUBLES);
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text(field.getName());
      case BYTE_STRING -> bytes();
      case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt(6) - 1);
      case MESSAGE -> filled(message.newBuilderForField(field), depth + 1).build();
    };
  }

  private String text(String field) {
    return !runIds.isEmpty() && field.endsWith("run_id") && random.nextInt(10) < 8
        ? runIds.get(random.nextInt(runIds.size()))
        : pick(TEXTS);
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

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
