package dev.eider.server.files.format;

import static java.lang.Character.MAX_SURROGATE;
import static java.lang.Character.MIN_SURROGATE;

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
import java.math.BigDecimal;
import java.math.BigInteger;

/** Parses a JSON object to a Struct. Used by one thread. */
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

  private final JsonParser json;
  private final boolean mayHaveLoneSurrogates;
  private long inexactCount;

  private JsonObject(JsonParser json, boolean mayHaveLoneSurrogates) {
    this.json = json;
    this.mayHaveLoneSurrogates = mayHaveLoneSurrogates;
  }

  static Parsed parse(String text) throws PayloadException {
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new PayloadException("is no JSON object");
      }
      JsonObject object = new JsonObject(json, text.contains("\\ud") || text.contains("\\uD"));
      Struct struct = object.struct();
      if (json.nextToken() != null) {
        throw new PayloadException("goes on after its JSON object");
      }
      return new Parsed(struct, object.inexactCount);
    } catch (IOException e) {
      throw new PayloadException("is no JSON: " + firstLine(e));
    }
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private Struct struct() throws IOException, PayloadException {
    Struct.Builder struct = Struct.newBuilder();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      json.nextToken();
      struct.putFields(text(name), value());
    }
    return struct.build();
  }

  private Value value() throws IOException, PayloadException {
    Value.Builder value = Value.newBuilder();
    return switch (json.currentToken()) {
      case START_OBJECT -> value.setStructValue(struct()).build();
      case START_ARRAY -> value.setListValue(list()).build();
      case VALUE_NUMBER_INT -> value.setNumberValue(whole()).build();
      case VALUE_NUMBER_FLOAT -> value.setNumberValue(json.getDoubleValue()).build();
      case VALUE_TRUE, VALUE_FALSE -> value.setBoolValue(json.getBooleanValue()).build();
      case VALUE_NULL -> value.setNullValue(NullValue.NULL_VALUE).build();
      default -> value.setStringValue(text(json.getText())).build();
    };
  }

  private ListValue list() throws IOException, PayloadException {
    ListValue.Builder list = ListValue.newBuilder();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      list.addValues(value());
    }
    return list.build();
  }

  private double whole() throws IOException {
    if (json.getNumberType() == JsonParser.NumberType.INT) {
      return json.getIntValue();
    }
    BigInteger exact = json.getBigIntegerValue();
    double nearest = exact.doubleValue();
    if (Double.isFinite(nearest) && !new BigDecimal(nearest).toBigIntegerExact().equals(exact)) {
      inexactCount++;
    }
    return nearest;
  }

  /** Refuses half a character, which no encoding has a place for. */
  private String text(String text) throws PayloadException {
    if (mayHaveLoneSurrogates
        && text.codePoints().anyMatch(c -> c >= MIN_SURROGATE && c <= MAX_SURROGATE)) {
      throw new PayloadException("has a surrogate without its other half, which is no character");
    }
    return text;
  }

  /**
   * An object as a Struct. Immutable.
   *
   * @param inexactCount how many integers in it no double holds, so that they are the nearest one
   */
  record Parsed(Struct struct, long inexactCount) {}
}
