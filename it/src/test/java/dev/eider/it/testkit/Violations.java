package dev.eider.it.testkit;

import dev.eider.it.testkit.History.Place;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Collects what a check finds, the first few of each rule. Owned by the checking thread. */
final class Violations {
  private static final int OF_ONE_RULE_MAX = 5;

  private final List<Violation> found = new ArrayList<>();
  private final Map<Rule, Integer> count = new EnumMap<>(Rule.class);

  void unless(boolean holds, Rule rule, String runId, Supplier<String> witness) {
    if (!holds && count.merge(rule, 1, Integer::sum) <= OF_ONE_RULE_MAX) {
      found.add(new Violation(rule, runId, witness.get()));
    }
  }

  /** Wants places as expected, in order: all of them, or a beginning. */
  void unlessInOrder(
      Rule rule,
      String runId,
      String name,
      List<Place> has,
      List<Place> expected,
      boolean isWhole) {
    int same = 0;
    while (same < Math.min(has.size(), expected.size())
        && has.get(same).equals(expected.get(same))) {
      same++;
    }
    int at = same;
    unless(
        same == has.size() && (!isWhole || same == expected.size()),
        rule,
        runId,
        () ->
            String.format(
                "%s has %s where %s belongs, as number %d of %d",
                name, place(has, at), place(expected, at), at + 1, expected.size()));
  }

  private static Object place(List<Place> places, int index) {
    return index < places.size() ? places.get(index) : "nothing";
  }

  List<Violation> found() {
    return List.copyOf(found);
  }
}
