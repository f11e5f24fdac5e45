package dev.eider.it;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.IOException;

/** Reads JSON as a Struct, the form in which Eider's events carry it. */
public final class JsonStructs {
  private JsonStructs() {}

  /** Reads the object that the parser is at the start of. */
  public static Struct object(JsonParser json) throws IOException {
    Struct.Builder struct = Struct.newBuilder();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      struct.putFields(name, value(json));
    }
    return struct.build();
  }

  private static Value value(JsonParser json) throws IOException {
    Value.Builder value = Value.newBuilder();
    switch (json.currentToken()) {
      case START_OBJECT -> value.setStructValue(object(json));
      case START_ARRAY -> value.setListValue(list(json));
      case VALUE_STRING -> value.setStringValue(json.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> value.setNumberValue(json.getDoubleValue());
      case VALUE_TRUE, VALUE_FALSE -> value.setBoolValue(json.getBooleanValue());
      case VALUE_NULL -> value.setNullValue(NullValue.NULL_VALUE);
      default -> throw new IOException("no value at " + json.currentLocation());
    }
    return value.build();
  }

  private static ListValue list(JsonParser json) throws IOException {
    ListValue.Builder list = ListValue.newBuilder();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      list.addValues(value(json));
    }
    return list.build();
  }
}
