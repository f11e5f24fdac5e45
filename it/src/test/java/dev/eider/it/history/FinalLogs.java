package dev.eider.it.history;

import dev.eider.it.history.History.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The final logs, ready for questions; made once for a check. Immutable. */
final class FinalLogs {
  private final Map<String, List<StoredEvent>> logs;
  private final Map<String, Place> placeById = new HashMap<>();

  FinalLogs(Map<String, List<StoredEvent>> logs) {
    this.logs = logs;
    logs.forEach(
        (runId, log) -> log.forEach(e -> placeById.putIfAbsent(e.id(), new Place(runId, e.seq()))));
  }

  /** The events of a run, none if it is not there. */
  List<StoredEvent> of(String runId) {
    return logs.getOrDefault(runId, List.of());
  }

  /** The event at a seq, if the log is as a log should be; null if there is none. */
  StoredEvent at(String runId, long seq) {
    List<StoredEvent> log = of(runId);
    return seq < 1 || seq > log.size() ? null : log.get((int) seq - 1);
  }

  /** Where an event is in its run; 0 if it is not in this run. */
  long seqOf(String runId, String eventId) {
    Place place = placeById.get(eventId);
    return place != null && place.runId().equals(runId) ? place.seq() : 0;
  }

  /** SEQS_CONTIGUOUS, STORED_ONCE and NOTHING_INVENTED. */
  void check(List<Request> requests, Violations violations) {
    Map<String, String> runIdById = new HashMap<>();
    requests.forEach(r -> r.eventIds().forEach(id -> runIdById.put(id, r.runId())));
    Map<String, Place> found = new HashMap<>();
    logs.forEach((runId, log) -> check(runId, log, runIdById, found, violations));
  }

  private static void check(
      String runId,
      List<StoredEvent> log,
      Map<String, String> runIdById,
      Map<String, Place> found,
      Violations violations) {
    long previous = 0;
    for (StoredEvent event : log) {
      violations.unless(
          event.seq() == previous + 1,
          Rule.SEQS_CONTIGUOUS,
          runId,
          "%s follows %d",
          event,
          previous);
      previous = event.seq();
      Place before = found.putIfAbsent(event.id(), new Place(runId, event.seq()));
      violations.unless(before == null, Rule.STORED_ONCE, runId, "%s is also %s", event, before);
      violations.unless(
          runId.equals(runIdById.get(event.id())),
          Rule.NOTHING_INVENTED,
          runId,
          "%s was sent to %s",
          event,
          runIdById.get(event.id()));
    }
  }
}
