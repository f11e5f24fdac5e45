package dev.eider.it.testkit;

import dev.eider.it.testkit.History.Place;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Forks begin where and as they were said to. */
final class ForkRules {
  private ForkRules() {}

  static void check(History history, FinalLogs logs, Violations violations) {
    Map<String, Fork> forkByChild = new HashMap<>();
    for (Fork fork : history.forks) {
      forkByChild.put(fork.childRunId(), fork);
      StoredEvent forked = logs.at(fork.parentRunId(), fork.parentSeq());
      violations.unless(
          forked == null ? logs.isGone(fork.parentRunId()) : forked.id().equals(fork.turnStartId()),
          Rule.FORK_EXACT,
          fork.childRunId(),
          () -> fork + ", but the parent has " + forked + " there");
      violations.unless(
          fork.expectedWorld().equals(fork.toldWorld()),
          Rule.FORK_EXACT,
          fork.childRunId(),
          () -> fork + " has another world");
    }
    for (Timeline timeline : history.timelines) {
      if (forkByChild.containsKey(timeline.runId()) && !logs.isGone(timeline.runId())) {
        check(timeline, expected(timeline.runId(), forkByChild, logs), violations);
      }
      timeline.parts().forEach(part -> isKept(timeline, part, logs, violations));
    }
  }

  private static List<Place> expected(String runId, Map<String, Fork> forkByChild, FinalLogs logs) {
    Deque<Place> ends = new ArrayDeque<>();
    ends.push(new Place(runId, logs.of(runId).size()));
    for (Fork fork = forkByChild.get(runId);
        fork != null;
        fork = forkByChild.get(fork.parentRunId())) {
      ends.push(new Place(fork.parentRunId(), fork.parentSeq() - 1));
    }
    List<Place> places = new ArrayList<>();
    for (Place end : ends) {
      for (long seq = 1; seq <= end.seq(); seq++) {
        places.add(new Place(end.runId(), seq));
      }
    }
    return places;
  }

  private static void check(Timeline timeline, List<Place> expected, Violations violations) {
    List<Place> told =
        timeline.parts().stream().map(part -> new Place(part.runId(), part.event().seq())).toList();
    // All that is inherited comes, and of the fork's own events what the store has.
    long inherited =
        expected.stream().filter(place -> !place.runId().equals(timeline.runId())).count();
    violations.unlessInOrder(
        Rule.TIMELINE_EXACT,
        timeline.runId(),
        "the timeline",
        told,
        expected,
        timeline.isWhole() || told.size() < inherited);
  }

  private static void isKept(
      Timeline timeline, Timeline.Part part, FinalLogs logs, Violations violations) {
    StoredEvent kept = logs.at(part.runId(), part.event().seq());
    violations.unless(
        kept == null
            || !kept.hasBytes()
            || !part.event().hasBytes()
            || kept.hash().equals(part.event().hash()),
        Rule.SAME_BYTES,
        timeline.runId(),
        () -> "its timeline has " + part + ", the log has " + kept);
  }
}
