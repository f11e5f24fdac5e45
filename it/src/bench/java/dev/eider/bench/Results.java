package dev.eider.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** The figures of all rounds. What is told of several rounds is the median. Owned by one thread. */
public final class Results {
  private final Map<Key, List<Double>> values = new LinkedHashMap<>();
  private final Map<String, Unit> units = new LinkedHashMap<>();

  void add(Figure figure) {
    values
        .computeIfAbsent(new Key(figure.name(), figure.subject()), key -> new ArrayList<>())
        .add(figure.value());
    units.put(figure.name(), figure.unit());
  }

  /** What was measured, in the order measured. */
  Set<String> names() {
    return units.keySet();
  }

  /** Whom a thing was measured on, in the order measured. */
  Set<String> subjects(String name) {
    Set<String> subjects = new LinkedHashSet<>();
    values.keySet().stream()
        .filter(key -> key.name().equals(name))
        .forEach(key -> subjects.add(key.subject()));
    return subjects;
  }

  Unit unit(String name) {
    return units.get(name);
  }

  /** Every round's value. */
  List<Double> rounds(String name, String subject) {
    return values.getOrDefault(new Key(name, subject), List.of());
  }

  /** The median of the rounds; empty when it was not measured. */
  public OptionalDouble median(String name, String subject) {
    List<Double> sorted = rounds(name, subject).stream().sorted().toList();
    int half = sorted.size() / 2;
    if (sorted.isEmpty()) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(
        sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2);
  }

  private record Key(String name, String subject) {}
}
