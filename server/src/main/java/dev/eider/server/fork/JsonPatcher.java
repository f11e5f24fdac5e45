package dev.eider.server.fork;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.eider.v1.JsonPatchOp;
import java.util.ArrayList;
import java.util.List;

/**
 * JSON patch (RFC 6902) over Struct: the operations apply in order, all of them or none. Confined
 * to one call.
 */
final class JsonPatcher {
  /** The most messages that one step of a path leads through: entry, value and object. */
  private static final int NESTING_OF_STEP = 3;

  private final WorldBounds bounds;
  private Value document;

  /** The nesting of the document, or more: finding out costs a walk through all of it. */
  private int nestingAtMost;

  private JsonPatcher(Struct document, WorldBounds bounds) {
    this.bounds = bounds;
    this.document = Value.newBuilder().setStructValue(document).build();
    this.nestingAtMost = WorldBounds.nesting(this.document);
  }

  /**
   * Returns the document after the operations. Each intermediate document is within the bounds,
   * too.
   *
   * @throws MutationException naming the operation that does not apply
   */
  static Struct apply(Struct document, List<JsonPatchOp> ops, WorldBounds bounds)
      throws MutationException {
    JsonPatcher patcher = new JsonPatcher(document, bounds);
    for (int i = 0; i < ops.size(); i++) {
      try {
        patcher.apply(ops.get(i));
      } catch (MutationException e) {
        throw new MutationException(
            "operation " + i + " (" + ops.get(i).getOp() + "): " + e.getMessage());
      }
    }
    if (!patcher.document.hasStructValue()) {
      throw new MutationException("the state would no longer be a JSON object");
    }
    return patcher.document.getStructValue();
  }

  private void apply(JsonPatchOp op) throws MutationException {
    document = apply(document, op);
    bounds.requireSize(document.getSerializedSize());
    int added = op.hasValue() ? WorldBounds.nesting(op.getValue()) : nestingAtMost;
    int steps = JsonPointer.parse(op.getPath()).tokens().size();
    nestingAtMost = Math.max(nestingAtMost, steps * NESTING_OF_STEP + added);
    if (nestingAtMost > WorldBounds.NESTING_MAX) {
      nestingAtMost = WorldBounds.nesting(document);
      bounds.requireNesting(nestingAtMost - 1); // without the value that holds the object
    }
  }

  private static Value apply(Value document, JsonPatchOp op) throws MutationException {
    JsonPointer path = JsonPointer.parse(op.getPath());
    return switch (op.getOp()) {
      case "add" -> add(document, path, value(op));
      case "remove" -> remove(document, path);
      case "replace" -> {
        get(document, path);
        yield path.isWhole() ? value(op) : add(remove(document, path), path, value(op));
      }
      case "move" -> move(document, JsonPointer.parse(op.getFrom()), path);
      case "copy" -> add(document, path, get(document, JsonPointer.parse(op.getFrom())));
      case "test" -> test(document, path, value(op));
      default ->
          throw new MutationException(
              "there is no such operation; it must be add, remove, replace, move, copy or test");
    };
  }

  private static Value value(JsonPatchOp op) throws MutationException {
    if (!op.hasValue() || op.getValue().getKindCase() == Value.KindCase.KIND_NOT_SET) {
      // JSON null arrives as an explicit null value; this is its absence.
      throw new MutationException("it needs a value");
    }
    return op.getValue();
  }

  private static Value move(Value document, JsonPointer from, JsonPointer path)
      throws MutationException {
    if (from.isPrefixOf(path)) {
      throw new MutationException("a value cannot be moved into itself");
    }
    Value moved = get(document, from);
    return from.equals(path) ? document : add(remove(document, from), path, moved);
  }

  private static Value test(Value document, JsonPointer path, Value expected)
      throws MutationException {
    if (!get(document, path).equals(expected)) {
      throw new MutationException("the value at \"" + text(path) + "\" is another one");
    }
    return document;
  }

  private static Value get(Value document, JsonPointer path) throws MutationException {
    Value at = document;
    for (String token : path.tokens()) {
      at = child(at, token, path);
    }
    return at;
  }

  private static Value child(Value parent, String token, JsonPointer path)
      throws MutationException {
    if (parent.hasStructValue()) {
      Value child = parent.getStructValue().getFieldsMap().get(token);
      if (child != null) {
        return child;
      }
    } else if (parent.hasListValue()) {
      ListValue list = parent.getListValue();
      return list.getValues(index(token, list.getValuesCount() - 1));
    }
    throw new MutationException("there is nothing at \"" + text(path) + "\"");
  }

  private static Value add(Value document, JsonPointer path, Value value) throws MutationException {
    if (path.isWhole()) {
      return value;
    }
    String token = path.tokens().get(0);
    boolean isHere = path.tokens().size() == 1;
    if (document.hasStructValue()) {
      Value added = isHere ? value : add(child(document, token, path), path.rest(), value);
      return Value.newBuilder()
          .setStructValue(document.getStructValue().toBuilder().putFields(token, added))
          .build();
    }
    if (!document.hasListValue()) {
      throw new MutationException("there is neither object nor list above \"" + text(path) + "\"");
    }
    List<Value> values = new ArrayList<>(document.getListValue().getValuesList());
    if (isHere) {
      values.add(token.equals("-") ? values.size() : index(token, values.size()), value);
    } else {
      int index = index(token, values.size() - 1);
      values.set(index, add(values.get(index), path.rest(), value));
    }
    return list(values);
  }

  private static Value remove(Value document, JsonPointer path) throws MutationException {
    if (path.isWhole()) {
      return Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build();
    }
    String token = path.tokens().get(0);
    Value old = child(document, token, path);
    boolean isHere = path.tokens().size() == 1;
    if (document.hasStructValue()) {
      Struct.Builder fields = document.getStructValue().toBuilder();
      if (isHere) {
        fields.removeFields(token);
      } else {
        fields.putFields(token, remove(old, path.rest()));
      }
      return Value.newBuilder().setStructValue(fields).build();
    }
    List<Value> values = new ArrayList<>(document.getListValue().getValuesList());
    int index = index(token, values.size() - 1);
    if (isHere) {
      values.remove(index);
    } else {
      values.set(index, remove(old, path.rest()));
    }
    return list(values);
  }

  private static Value list(List<Value> values) {
    return Value.newBuilder().setListValue(ListValue.newBuilder().addAllValues(values)).build();
  }

  private static int index(String token, int max) throws MutationException {
    boolean isNumber = token.matches("0|[1-9][0-9]{0,8}");
    if (!isNumber || Integer.parseInt(token) > max) {
      throw new MutationException(
          "\"" + token + "\" is no index of a list; it must be from 0 to " + max);
    }
    return Integer.parseInt(token);
  }

  private static String text(JsonPointer path) {
    return path.isWhole() ? "" : "/" + String.join("/", path.tokens());
  }
}
