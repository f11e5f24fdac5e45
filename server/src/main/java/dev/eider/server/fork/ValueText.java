package dev.eider.server.fork;

import com.google.protobuf.Value;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes a value as JSON, if that is short. Confined to one call. */
final class ValueText {
  /** Whole numbers up to here are written by digits. */
  private static final double WHOLE_MAX = 1e15;

  private final StringBuilder text = new StringBuilder();
  private final int charsMax;

  private ValueText(int charsMax) {
    this.charsMax = charsMax;
  }

  /** Returns the text, or null if it is longer. */
  static @Nullable String of(Value value, int charsMax) {
    // A character takes a byte or more, and what JSON adds is as much as protobuf does.
    if (value.getSerializedSize() > 4L * charsMax) {
      return null;
    }
    ValueText text = new ValueText(charsMax);
    text.append(value);
    return text.text.length() > charsMax ? null : text.text.toString();
  }

  private void append(Value value) {
    if (text.length() > charsMax) {
      return;
    }
    switch (value.getKindCase()) {
      case NUMBER_VALUE -> append(value.getNumberValue());
      case STRING_VALUE -> append(value.getStringValue());
      case BOOL_VALUE -> text.append(value.getBoolValue());
      case STRUCT_VALUE -> append(value.getStructValue().getFieldsMap());
      case LIST_VALUE -> {
        char separator = '[';
        for (Value element : value.getListValue().getValuesList()) {
          text.append(separator);
          append(element);
          separator = ',';
        }
        text.append(separator == '[' ? "[]" : "]");
      }
      case NULL_VALUE, KIND_NOT_SET -> text.append("null");
    }
  }

  private void append(Map<String, Value> fields) {
    char separator = '{';
    for (Map.Entry<String, Value> field : new TreeMap<>(fields).entrySet()) {
      text.append(separator);
      append(field.getKey());
      text.append(':');
      append(field.getValue());
      separator = ',';
    }
    text.append(separator == '{' ? "{}" : "}");
  }

  private void append(double number) {
    if (number == Math.rint(number) && Math.abs(number) < WHOLE_MAX) {
      text.append((long) number);
    } else {
      text.append(number);
    }
  }

  private void append(String string) {
    text.append('"');
    for (int i = 0; i < string.length() && text.length() <= charsMax; i++) {
      char c = string.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ') {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
