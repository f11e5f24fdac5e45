package dev.eider.server.query;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how much larger a statement can make a value than what it reads.
 *
 * <p>Problem: DuckDB counts what it stores and not what a function makes, and a function that is
 * being evaluated does not heed that its query has ended. So each call that makes something larger
 * has a factor: the numbers given to it, the copies of the same text that are put together. What
 * stands within each other multiplies, and so do the SELECTs of a statement, since one may read the
 * other; of the columns of one SELECT the largest counts.
 *
 * <p>It is a first wall, against what a statement shows of itself: the same text under two names
 * passes, and texts that grow with every round of a recursion. {@link MemoryGuard} is the second.
 * Used once, by one thread.
 */
final class Growth {
  /** The most copies of the same text that one expression may put together. */
  static final int COPIES_MAX = 8;

  private static final Set<String> JOINING =
      Set.of(
          "||",
          "concat",
          "concat_ws",
          "list_concat",
          "list_cat",
          "array_concat",
          "array_cat",
          "list_value",
          "list_pack",
          "array_value",
          "struct_pack",
          "row",
          "json_object",
          "json_array");

  private static final Set<String> REDUCING = Set.of("list_reduce", "array_reduce", "reduce");

  /** Of a set operation, the SELECTs. */
  private static final Set<String> UNITED = Set.of("left", "right", "children");

  /** Of a SELECT, each makes its values from the same rows. */
  private static final Set<String> BESIDE_EACH_OTHER =
      Set.of("select_list", "where_clause", "having", "qualify", "group_expressions", "modifiers");

  private final BiFunction<Map<?, ?>, String, RuntimeException> refused;
  private Map<?, ?> latest = Map.of();
  private int reductions;

  /**
   * @param refused makes the refusal of an object of the tree
   */
  Growth(BiFunction<Map<?, ?>, String, RuntimeException> refused) {
    this.refused = refused;
  }

  /** Checks a tree. */
  void check(Map<String, @Nullable Object> tree) {
    if (of(tree) > Amplifiers.FACTOR_MAX) {
      throw refused.apply(
          latest,
          "the statement can make values more than " + Amplifiers.FACTOR_MAX + " times as large");
    }
  }

  private long of(@Nullable Object part) {
    if (part instanceof List<?> list) {
      return list.stream().mapToLong(this::of).reduce(1, Amplifiers::product);
    }
    if (!(part instanceof Map<?, ?> object)) {
      return 1;
    }
    if (object.get("select_list") != null) {
      return ofBeside(object, BESIDE_EACH_OTHER);
    }
    if ("SET_OPERATION_NODE".equals(object.get("type"))) {
      return ofBeside(object, UNITED);
    }
    if ("TABLE_FUNCTION".equals(object.get("type"))
        && object.get("function") instanceof Map<?, ?> f) {
      // Its rows come one after the other.
      return of(f.get("children"));
    }
    return object.get("function_name") instanceof String name
        ? ofCall(object, name.toLowerCase(Locale.ROOT))
        : of(List.copyOf(values(object)));
  }

  private static List<Object> values(Map<?, ?> object) {
    return object.values().stream().filter(value -> value != null).map(Object.class::cast).toList();
  }

  /** Multiplies what stands within each other, and of some fields takes the largest part. */
  private long ofBeside(Map<?, ?> object, Set<String> fieldsBeside) {
    long within = 1;
    long beside = 1;
    for (Map.Entry<?, ?> field : object.entrySet()) {
      if (fieldsBeside.contains(String.valueOf(field.getKey()))) {
        List<?> parts = field.getValue() instanceof List<?> list ? list : List.of(field.getValue());
        beside = Math.max(beside, parts.stream().mapToLong(this::of).max().orElse(1));
      } else {
        within = Amplifiers.product(within, of(field.getValue()));
      }
    }
    return Amplifiers.product(within, beside);
  }

  private long ofCall(Map<?, ?> call, String name) {
    if (JOINING.contains(name)) {
      return ofJoining(call, name);
    }
    boolean isReduction = REDUCING.contains(name);
    reductions += isReduction ? 1 : 0;
    long arguments = of(List.copyOf(values(call)));
    reductions -= isReduction ? 1 : 0;
    return Amplifiers.product(factor(call, name), arguments);
  }

  private long ofJoining(Map<?, ?> call, String name) {
    Map<String, Integer> copies = new HashMap<>();
    long largest = addParts(call, copies);
    int most = copies.values().stream().mapToInt(count -> count).max().orElse(1);
    if (most > COPIES_MAX) {
      throw refused.apply(
          call, "more than " + COPIES_MAX + " copies of the same value are put together");
    }
    if (most > 1 && reductions > 0) {
      throw refused.apply(
          call, "each element of the list would double what is made of those before");
    }
    // Put together one by one, each but the first is a new text with all before it.
    long factor = most == 1 ? 1 : most * (most + 1) / 2 - 1;
    latest = factor > 1 ? call : latest;
    return Amplifiers.product(Amplifiers.product(factor(call, name), factor), largest);
  }

  /** Counts the parts that are joined, those of joined parts too; returns the largest growth. */
  private long addParts(Map<?, ?> call, Map<String, Integer> copies) {
    long largest = 1;
    for (Object argument : arguments(call)) {
      if (argument instanceof Map<?, ?> part
          && part.get("function_name") instanceof String name
          && JOINING.contains(name.toLowerCase(Locale.ROOT))) {
        long parts = addParts(part, copies);
        largest =
            Math.max(
                largest, Amplifiers.product(factor(part, name.toLowerCase(Locale.ROOT)), parts));
      } else {
        if (!Amplifiers.isConstant(argument)) {
          copies.merge(shape(argument), 1, Integer::sum);
        }
        largest = Math.max(largest, of(argument));
      }
    }
    return largest;
  }

  private long factor(Map<?, ?> call, String name) {
    try {
      long factor = Amplifiers.factor(name, arguments(call));
      latest = factor > 1 ? call : latest;
      return factor;
    } catch (Amplifiers.Refused e) {
      throw refused.apply(call, String.valueOf(e.getMessage()));
    }
  }

  private static List<?> arguments(Map<?, ?> call) {
    return call.get("children") instanceof List<?> list ? list : List.of();
  }

  /** Returns a part of the tree as text that is the same wherever in the statement it stands. */
  private static String shape(@Nullable Object part) {
    if (part instanceof List<?> list) {
      StringJoiner shape = new StringJoiner(",", "[", "]");
      list.forEach(item -> shape.add(shape(item)));
      return shape.toString();
    }
    if (part instanceof Map<?, ?> object) {
      StringJoiner shape = new StringJoiner(",", "{", "}");
      object.forEach(
          (key, value) -> {
            if (!"query_location".equals(key)) {
              shape.add(key + ":" + shape(value));
            }
          });
      return shape.toString();
    }
    return String.valueOf(part);
  }
}
