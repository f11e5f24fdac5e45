package dev.eider.it.testkit;

import dev.eider.it.testkit.Reader.Sighting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * REAL_TIME_ORDER: goes through the moments of each run, knows the highest seq that anybody has
 * heard of by then, and wants what is sent from there on to come behind it.
 */
final class OrderRules {
  /** At a moment a seq is known, or a request that got a seq is sent. */
  private record Point(long at, boolean isSent, long seq, Object what) {}

  private OrderRules() {}

  static void check(History history, FinalLogs logs, Violations violations) {
    Map<String, List<Point>> points = new HashMap<>();
    for (Request request : history.requests) {
      List<Point> ofRun = points.computeIfAbsent(request.runId, run -> new ArrayList<>());
      if (request.isAckOfEvents()) {
        ofRun.add(new Point(request.told.at(), false, request.lastSeq(), request));
      }
      long first =
          request.eventIds.stream()
              .mapToLong(id -> logs.seqOf(request.runId, id))
              .filter(seq -> seq > 0)
              .min()
              .orElse(0);
      if (first > 0) {
        ofRun.add(new Point(request.sentAt, true, first, request));
      }
    }
    for (Reader reader : history.readers) {
      List<Point> ofRun = points.computeIfAbsent(reader.runId, run -> new ArrayList<>());
      for (Sighting seen : reader.sightings()) {
        ofRun.add(
            new Point(seen.at(), false, seen.event().seq(), List.of(reader, "saw", seen.event())));
      }
    }
    points.forEach((runId, ofRun) -> check(runId, ofRun, violations));
  }

  private static void check(String runId, List<Point> points, Violations violations) {
    points.sort(Comparator.comparingLong(Point::at));
    Point known = new Point(0, false, 0, "nothing");
    for (Point point : points) {
      Point highest = known;
      if (!point.isSent()) {
        known = point.seq() > highest.seq() ? point : highest;
        continue;
      }
      violations.unless(
          point.seq() > highest.seq(),
          Rule.REAL_TIME_ORDER,
          runId,
          () -> "seq " + point.seq() + " went to " + point.what() + ", though " + highest.what());
    }
  }
}
