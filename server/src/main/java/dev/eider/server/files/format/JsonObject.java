package dev.eider.server.files.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.IOException;

/** Parses a JSON object to a Struct. Thread-safe. */
final class JsonObject {
  /**
   * The deepest object: a level takes three messages of protobuf, of which an event may have 97.
   */
  private static final int NESTING_MAX = 30;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(NESTING_MAX)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private JsonObject() {}

  static Struct parse(String text) throws PayloadException {
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new PayloadException("is no JSON object");
      }
      Struct struct = struct(json);
      if (json.nextToken() != null) {
        throw new PayloadException("goes on after its JSON object");
      }
      return struct;
    } catch (IOException e) {
      throw new PayloadException("is no JSON: " + firstLine(e));
    }
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static Struct struct(JsonParser json) throws IOException {
    Struct.Builder struct = Struct.newBuilder();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      json.nextToken();
      struct.putFields(name, value(json));
    }
    return struct.build();
  }

  private static Value value(JsonParser json) throws IOException {
    Value.Builder value = Value.newBuilder();
    return switch (json.currentToken()) {
      case START_OBJECT -> value.setStructValue(struct(json)).build();
      case START_ARRAY -> value.setListValue(list(json)).build();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          value.setNumberValue(json.getDoubleValue()).build();
      case VALUE_TRUE, VALUE_FALSE -> value.setBoolValue(json.getBooleanValue()).build();
      case VALUE_NULL -> value.setNullValue(NullValue.NULL_VALUE).build();
      default -> value.setStringValue(json.getText()).build();
    };
  }

  private static ListValue list(JsonParser json) throws IOException {
    ListValue.Builder list = ListValue.newBuilder();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      list.addValues(value(json));
    }
    return list.build();
  }
}
