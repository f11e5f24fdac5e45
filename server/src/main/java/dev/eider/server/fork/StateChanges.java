package dev.eider.server.fork;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The values in which two states differ, with their paths, in the order of the names: {@code
 * agents.ada.gold: 100 -> 500}. Objects, and lists of one length, are compared part by part.
 * Immutable.
 */
record StateChanges(List<Change> changes) {
  static final StateChanges NONE = new StateChanges(List.of());

  private static final String ABSENT = "absent";

  /**
   * Compares two states.
   *
   * @param charsMax of the text
   * @return none if the states are equal, or the text would be longer
   */
  static StateChanges between(Struct before, Struct after, int charsMax) {
    Comparison comparison = new Comparison(charsMax);
    return comparison.compare("", before, after) ? new StateChanges(comparison.found) : NONE;
  }

  boolean isEmpty() {
    return changes.isEmpty();
  }

  /** Returns what there was and what there is, of each. */
  String text() {
    return joined(change -> change.before + " -> " + change.after);
  }

  /** Returns what there was. */
  String before() {
    return joined(Change::before);
  }

  private String joined(Function<Change, String> value) {
    return changes.stream()
        .map(change -> change.path + ": " + value.apply(change))
        .collect(Collectors.joining(", "));
  }

  /** One value that changed. */
  private record Change(String path, String before, String after) {
    /** Separators included. */
    int chars() {
      return path.length() + before.length() + after.length() + ": ".length() + " -> , ".length();
    }
  }

  /** The comparison under way. Each method returns false once there is too much. */
  private static final class Comparison {
    private final List<Change> found = new ArrayList<>();
    private int charsLeft;

    Comparison(int charsMax) {
      charsLeft = charsMax;
    }

    boolean compare(String prefix, Struct before, Struct after) {
      Map<String, Value> old = before.getFieldsMap();
      Map<String, Value> now = after.getFieldsMap();
      Set<String> names = new TreeSet<>();
      for (Map.Entry<String, Value> field : old.entrySet()) {
        if (!field.getValue().equals(now.get(field.getKey())) && !isMore(names, field.getKey())) {
          return false;
        }
      }
      for (String name : now.keySet()) {
        if (!old.containsKey(name) && !isMore(names, name)) {
          return false;
        }
      }
      for (String name : names) {
        if (!compare(prefix + name, old.get(name), now.get(name))) {
          return false;
        }
      }
      return true;
    }

    private boolean isMore(Set<String> names, String name) {
      return name.length() < charsLeft && names.size() < charsLeft && names.add(name);
    }

    private boolean compare(String path, @Nullable Value before, @Nullable Value after) {
      if (before != null && after != null && before.hasStructValue() && after.hasStructValue()) {
        return compare(path + ".", before.getStructValue(), after.getStructValue());
      }
      if (before != null && after != null && before.hasListValue() && after.hasListValue()) {
        ListValue old = before.getListValue();
        ListValue now = after.getListValue();
        if (old.getValuesCount() == now.getValuesCount()) {
          return compare(path, old, now);
        }
      }
      return add(path, before, after);
    }

    private boolean compare(String path, ListValue before, ListValue after) {
      for (int i = 0; i < before.getValuesCount(); i++) {
        Value old = before.getValues(i);
        Value now = after.getValues(i);
        if (!old.equals(now) && !compare(path + "." + i, old, now)) {
          return false;
        }
      }
      return true;
    }

    private boolean add(String path, @Nullable Value before, @Nullable Value after) {
      String old = text(before);
      String now = text(after);
      if (old == null || now == null) {
        return false;
      }
      Change change = new Change(path, old, now);
      charsLeft -= change.chars();
      found.add(change);
      return charsLeft >= 0;
    }

    private @Nullable String text(@Nullable Value value) {
      return value == null ? ABSENT : ValueText.of(value, charsLeft);
    }
  }
}
