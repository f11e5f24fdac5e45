package dev.eider.it.testkit;

import dev.eider.it.testkit.History.Place;
import java.util.List;
import java.util.Set;

/** LOG_ORDER: of the runs that were not deleted, a mirror has what the log has, in its order. */
final class MirrorRules {
  private MirrorRules() {}

  static void check(History history, Violations violations) {
    Set<String> deletions = history.deletions().keySet();
    List<Place> order = lasting(history.logOrder(), deletions);
    for (Mirrored mirror : history.mirrors()) {
      List<Place> expected = order.stream().filter(mirror.selects()).toList();
      check(mirror, lasting(mirror.places(), deletions), expected, violations);
    }
  }

  /** Leaves out the runs of which a mirror may have seen all or some. */
  private static List<Place> lasting(List<Place> places, Set<String> deletions) {
    return places.stream().filter(place -> !deletions.contains(place.runId())).toList();
  }

  private static void check(
      Mirrored mirror, List<Place> has, List<Place> expected, Violations violations) {
    int same = 0;
    while (same < Math.min(has.size(), expected.size())
        && has.get(same).equals(expected.get(same))) {
      same++;
    }
    boolean isExact = same == has.size() && (!mirror.isWhole() || same == expected.size());
    violations.unless(
        isExact,
        Rule.LOG_ORDER,
        "of all",
        "%s has %s where %s belongs, as number %d of %d",
        mirror.name(),
        same < has.size() ? has.get(same) : "nothing",
        same < expected.size() ? expected.get(same) : "nothing",
        same + 1,
        expected.size());
  }
}
