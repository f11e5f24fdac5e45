package dev.eider.it.testkit;

import dev.eider.it.testkit.History.Place;
import java.util.List;
import java.util.Set;

/** LOG_ORDER: of the runs that were not deleted, a mirror has what the log has, in its order. */
final class MirrorRules {
  private MirrorRules() {}

  static void check(History history, Violations violations) {
    Set<String> deletions = history.deletions.keySet();
    List<Place> order = lasting(history.logOrder, deletions);
    for (Mirrored mirror : history.mirrors) {
      List<Place> expected = order.stream().filter(mirror.selects()).toList();
      List<Place> has = lasting(mirror.places(), deletions);
      violations.unlessInOrder(
          Rule.LOG_ORDER, "of all", mirror.name(), has, expected, mirror.isWhole());
    }
  }

  /** Leaves out the runs of which a mirror may have seen all or some. */
  private static List<Place> lasting(List<Place> places, Set<String> deletions) {
    return places.stream().filter(place -> !deletions.contains(place.runId())).toList();
  }
}
