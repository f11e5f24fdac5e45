package dev.eider.it.sim;

import java.util.Map;
import java.util.TreeMap;

/** How often what happened. Confined to one simulation, then added up. */
final class Coverage {
  private final Map<String, Long> counts = new TreeMap<>();

  void add(String what) {
    add(what, 1);
  }

  void add(String what, long count) {
    counts.merge(what, count, Long::sum);
  }

  void addAll(Coverage other) {
    other.counts.forEach(this::add);
  }

  long count(String what) {
    return counts.getOrDefault(what, 0L);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    counts.forEach((what, count) -> text.append(String.format("%,14d  %s%n", count, what)));
    return text.toString();
  }
}
