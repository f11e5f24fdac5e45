package dev.eider.cli.print;

import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import dev.eider.v1.QueryColumn;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/** Writes values as JSON. Thread-safe. */
public final class JsonRow {
  private JsonRow() {}

  /** Prints an object on a line, its fields in the order of the columns. */
  public static void print(List<QueryColumn> columns, ListValue row, PrintWriter out) {
    StringBuilder line = new StringBuilder("{");
    for (int i = 0; i < columns.size(); i++) {
      line.append(i == 0 ? "" : ",")
          .append(quoted(columns.get(i).getName()))
          .append(':')
          .append(json(row.getValues(i)));
    }
    out.println(line.append('}'));
  }

  /** Returns a value as JSON; a whole number without a point. */
  static String json(Value value) {
    return switch (value.getKindCase()) {
      case NUMBER_VALUE -> number(value.getNumberValue());
      case STRING_VALUE -> quoted(value.getStringValue());
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      case LIST_VALUE ->
          value.getListValue().getValuesList().stream()
              .map(JsonRow::json)
              .collect(Collectors.joining(",", "[", "]"));
      case STRUCT_VALUE ->
          value.getStructValue().getFieldsMap().entrySet().stream()
              .map(field -> quoted(field.getKey()) + ":" + json(field.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
      case NULL_VALUE, KIND_NOT_SET -> "null";
    };
  }

  private static String number(double number) {
    boolean isWhole = number == Math.rint(number) && Math.abs(number) <= 1L << 53;
    return isWhole ? Long.toString((long) number) : Double.toString(number);
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c == '\n') {
        quoted.append("\\n");
      } else if (c < 0x20) {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
