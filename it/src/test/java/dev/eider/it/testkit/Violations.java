package dev.eider.it.testkit;

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

  List<Violation> found() {
    return List.copyOf(found);
  }
}
