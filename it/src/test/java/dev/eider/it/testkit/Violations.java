package dev.eider.it.testkit;

import dev.eider.it.testkit.History.Place;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects what a check finds, the first few of each rule. Owned by the checking thread. */
final class Violations {
  private static final int OF_ONE_RULE_MAX = 5;

  private final List<Violation> found = new ArrayList<>();
  private final Map<Rule, Integer> count = new EnumMap<>(Rule.class);

  void unless(boolean holds, Rule rule, String runId, String witness, Object... facts) {
    if (!holds && count.merge(rule, 1, Integer::sum) <= OF_ONE_RULE_MAX) {
      found.add(new Violation(rule, runId, String.format(witness, facts)));
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
    unless(
        same == has.size() && (!isWhole || same == expected.size()),
        rule,
        runId,
        "%s has %s where %s belongs, as number %d of %d",
        name,
        same < has.size() ? has.get(same) : "nothing",
        same < expected.size() ? expected.get(same) : "nothing",
        same + 1,
        expected.size());
  }

  List<Violation> found() {
    return List.copyOf(found);
  }
}
