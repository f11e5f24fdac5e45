package dev.eider.server.files.format;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a payload's JSON object, each taken once by name and type. What must be there is
 * taken or refused; what may be there, and has another type, is left. Used by one thread.
 */
final class PayloadFields {
  private static final double INT_MAX = Integer.MAX_VALUE;

  /** Beyond it not every integer is a double. */
  private static final double WHOLE_MAX = 0x1p53;

  private final Map<String, Value> fields;

  PayloadFields(Struct payload) {
    fields = new LinkedHashMap<>(payload.getFieldsMap());
  }

  /** Returns what nobody has taken. */
  Map<String, Value> rest() {
    return fields;
  }

  Value take(String name) throws PayloadException {
    Value value = fields.remove(name);
    if (value == null) {
      throw new PayloadException(name + " is missing");
    }
    return value;
  }

  @Nullable Value takeOrNull(String name) {
    Value value = fields.remove(name);
    return value == null || value.hasNullValue() ? null : value;
  }

  String text(String name) throws PayloadException {
    return text(name, take(name));
  }

  static String text(String name, Value value) throws PayloadException {
    require(value.hasStringValue(), name, "a string");
    return value.getStringValue();
  }

  boolean flag(String name) throws PayloadException {
    Value value = take(name);
    require(value.hasBoolValue(), name, "true or false");
    return value.getBoolValue();
  }

  double number(String name) throws PayloadException {
    Value value = take(name);
    // NaN and the infinities are null in many a JSON; which of them it was, nobody can say.
    require(
        value.hasNumberValue(),
        name,
        value.hasNullValue() ? "a number; it is null, as NaN is written" : "a number");
    return value.getNumberValue();
  }

  int whole(String name) throws PayloadException {
    double number = number(name);
    require(
        number == Math.rint(number) && Math.abs(number) <= INT_MAX,
        name,
        "a whole number of 32 bits");
    return (int) number;
  }

  List<String> texts(String name) throws PayloadException {
    Set<String> texts = new TreeSet<>();
    for (Value value : list(name)) {
      texts.add(text(name + "[]", value));
    }
    return List.copyOf(texts);
  }

  List<Struct> objects(String name) throws PayloadException {
    List<Struct> objects = new ArrayList<>();
    for (Value value : list(name)) {
      objects.add(object(name + "[]", value));
    }
    return objects;
  }

  private List<Value> list(String name) throws PayloadException {
    Value value = take(name);
    require(value.hasListValue(), name, "a list");
    return value.getListValue().getValuesList();
  }

  static Struct object(String name, Value value) throws PayloadException {
    require(value.hasStructValue(), name, "an object");
    return value.getStructValue();
  }

  /** Takes a text that may be there. */
  void ifText(String name, Consumer<String> taker) {
    ifThere(name, Value::hasStringValue, value -> taker.accept(value.getStringValue()));
  }

  /** Takes a number that may be there and is not below 0. */
  void ifAmount(String name, DoubleConsumer taker) {
    ifThere(
        name,
        value -> value.hasNumberValue() && value.getNumberValue() >= 0,
        value -> taker.accept(value.getNumberValue()));
  }

  /** Takes a whole number that may be there and is not below a smallest one. */
  void ifWhole(String name, long min, Consumer<Long> taker) {
    ifThere(
        name,
        value -> value.hasNumberValue() && isWhole(value.getNumberValue(), min),
        value -> taker.accept((long) value.getNumberValue()));
  }

  private static boolean isWhole(double number, long min) {
    return number == Math.rint(number) && number >= min && number <= WHOLE_MAX;
  }

  /** Takes true or false that may be there. */
  void ifFlag(String name, Consumer<Boolean> taker) {
    ifThere(name, Value::hasBoolValue, value -> taker.accept(value.getBoolValue()));
  }

  /** Takes an object that may be there. */
  void ifObject(String name, Consumer<Struct> taker) {
    ifThere(name, Value::hasStructValue, value -> taker.accept(value.getStructValue()));
  }

  /** Takes a list of objects that may be there. */
  void ifObjects(String name, Consumer<List<Struct>> taker) {
    ifThere(
        name,
        value ->
            value.getListValue().getValuesCount() > 0
                && value.getListValue().getValuesList().stream().allMatch(Value::hasStructValue),
        value ->
            taker.accept(
                value.getListValue().getValuesList().stream().map(Value::getStructValue).toList()));
  }

  /** Takes a value of any type that may be there. */
  void ifAny(String name, Consumer<Value> taker) {
    ifThere(name, value -> true, taker);
  }

  private void ifThere(String name, Predicate<Value> isOfType, Consumer<Value> taker) {
    Value value = fields.get(name);
    if (value != null && isOfType.test(value)) {
      fields.remove(name);
      taker.accept(value);
    }
  }

  private static void require(boolean holds, String name, String type) throws PayloadException {
    if (!holds) {
      throw new PayloadException(name + " must be " + type);
    }
  }
}
