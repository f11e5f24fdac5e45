package dev.eider.server.store.row;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.IOException;
import java.util.Map;

/** Writes a Struct as the JSON it stands for. */
final class StructJson {
  /** Whole numbers below this fit into the 64 bits that SQL has for them. */
  private static final double WHOLE_LIMIT = 0x1p63;

  private StructJson() {}

  /** Writes an object, its fields in the order in which they were encoded. */
  static void write(JsonGenerator json, Struct struct) throws IOException {
    json.writeStartObject();
    for (Map.Entry<String, Value> field : struct.getFieldsMap().entrySet()) {
      json.writeFieldName(field.getKey());
      writeValue(json, field.getValue());
    }
    json.writeEndObject();
  }

  /** Writes a number that is a double by its type, {@code 3.0}; NaN and infinities as null. */
  static void writeDouble(JsonGenerator json, double value) throws IOException {
    if (Double.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeNull();
    }
  }

  /** Writes a value of any kind. */
  static void writeValue(JsonGenerator json, Value value) throws IOException {
    switch (value.getKindCase()) {
      case NUMBER_VALUE -> writeNumber(json, value.getNumberValue());
      case STRING_VALUE -> json.writeString(value.getStringValue());
      case BOOL_VALUE -> json.writeBoolean(value.getBoolValue());
      case STRUCT_VALUE -> write(json, value.getStructValue());
      case LIST_VALUE -> {
        json.writeStartArray();
        for (Value element : value.getListValue().getValuesList()) {
          writeValue(json, element);
        }
        json.writeEndArray();
      }
      case NULL_VALUE, KIND_NOT_SET -> json.writeNull();
    }
  }

  /**
   * Writes {@code 3} for 3.0, since a Struct has no integers and producers mean one; with all its
   * digits, since a double's own shortest form names another number from 2^53 on.
   */
  private static void writeNumber(JsonGenerator json, double value) throws IOException {
    if (value == Math.rint(value) && Math.abs(value) < WHOLE_LIMIT) {
      json.writeNumber((long) value);
    } else {
      writeDouble(json, value);
    }
  }
}
