package dev.eider.server.store.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Converts DuckDB's values to protobuf. An instance counts what one value comes to. */
final class JsonValues {
  /** The size up to which every whole number is a double. */
  private static final long WHOLE_MAX = 1L << 53;

  /** The deepest value that clients can parse: 100 nested messages, three a level of a struct. */
  private static final int NESTING_MAX = 30;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(NESTING_MAX)
                  .maxNumberLength(RowBound.BYTES_MAX)
                  .build())
          .build();

  /** What a value of a list takes at least. */
  private static final int VALUE_BYTES = 4;

  private static final int NUMBER_BYTES = 11;

  private long bytesLeft;

  private JsonValues(long bytesMax) {
    bytesLeft = bytesMax;
  }

  static Value whole(long number) {
    return Math.abs(number) <= WHOLE_MAX && number != Long.MIN_VALUE
        ? Value.newBuilder().setNumberValue((double) number).build()
        : text(Long.toString(number));
  }

  static Value real(double number) {
    return Double.isFinite(number)
        ? Value.newBuilder().setNumberValue(number).build()
        : text(Double.toString(number));
  }

  /** Converts a whole number of any size; one that is no double becomes text. */
  static Value digits(String digits) {
    // 2^53 has 16 digits.
    return digits.length() <= 17 ? whole(Long.parseLong(digits)) : text(digits);
  }

  static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  /**
   * Parses DuckDB's JSON, which has NaN and infinities as well.
   *
   * @throws UncheckedIOException if it is nested too deep, or larger than {@code bytesMax} as it is
   *     sent, to which a list of small numbers grows six times
   */
  static Value parse(String json, long bytesMax) {
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      return new JsonValues(bytesMax).value(parser);
    } catch (LargeValueException e) {
      throw new UncheckedIOException("has more than " + bytesMax + " bytes as it is sent", e);
    } catch (IOException e) {
      throw new UncheckedIOException("is nested more than " + NESTING_MAX + " deep", e);
    }
  }

  private Value value(JsonParser json) throws IOException {
    bytesLeft -= json.currentToken().isNumeric() ? NUMBER_BYTES : VALUE_BYTES;
    if (bytesLeft < 0) {
      throw new LargeValueException();
    }
    return switch (json.currentToken()) {
      case START_OBJECT -> Value.newBuilder().setStructValue(struct(json)).build();
      case START_ARRAY -> Value.newBuilder().setListValue(list(json)).build();
      case VALUE_NUMBER_INT -> digits(json.getText());
      case VALUE_NUMBER_FLOAT -> real(json.getDoubleValue());
      case VALUE_TRUE, VALUE_FALSE ->
          Value.newBuilder().setBoolValue(json.getBooleanValue()).build();
      case VALUE_NULL -> Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
      default -> text(json.getText());
    };
  }

  private Struct struct(JsonParser json) throws IOException {
    Struct.Builder struct = Struct.newBuilder();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      json.nextToken();
      struct.putFields(name, value(json));
    }
    return struct.build();
  }

  private ListValue list(JsonParser json) throws IOException {
    ListValue.Builder list = ListValue.newBuilder();
    while (json.nextToken() != com.fasterxml.jackson.core.JsonToken.END_ARRAY) {
      list.addValues(value(json));
    }
    return list.build();
  }

  /** A value has more bytes than it may. */
  private static final class LargeValueException extends IOException {
    private static final long serialVersionUID = 1;
  }
}
