package dev.eider.it.testkit;

import dev.eider.it.testkit.History.Place;
import dev.eider.it.testkit.Reader.Sighting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The final logs, ready for questions; made once for a check. Of a run that was deleted, what
 * readers saw and clients were told stands in for its log, with holes where nobody looked.
 * Immutable.
 */
final class FinalLogs {
  private static final String HOLE = "";

  private final Map<String, List<StoredEvent>> logs;
  private final Set<String> gone = new HashSet<>();
  private final Map<String, Place> placeById = new HashMap<>();

  FinalLogs(History history) {
    logs = new HashMap<>(history.finalLogs);
    gone.addAll(history.deletions.keySet());
    gone.removeAll(logs.keySet());
    if (!gone.isEmpty()) {
      pool(history);
    }
    logs.forEach(
        (runId, log) -> log.forEach(e -> placeById.putIfAbsent(e.id(), new Place(runId, e.seq()))));
  }

  private void pool(History history) {
    gone.forEach(runId -> logs.put(runId, new ArrayList<>()));
    for (Reader reader : history.readers) {
      if (isGone(reader.runId)) {
        for (Sighting seen : reader.sightings()) {
          pool(reader.runId, seen.event());
        }
      }
    }
    for (Request request : history.requests) {
      if (isGone(request.runId) && request.isAckOfEvents()) {
        long seq = request.told.firstSeq();
        for (String id : request.eventIds) {
          pool(request.runId, new StoredEvent(seq++, id, "", "", 0));
        }
      }
    }
  }

  private void pool(String runId, StoredEvent event) {
    List<StoredEvent> log = logs.get(runId);
    while (log.size() < event.seq()) {
      log.add(new StoredEvent(log.size() + 1, HOLE, "", "", 0));
    }
    int index = (int) event.seq() - 1;
    if (index >= 0 && isHole(log.get(index))) {
      log.set(index, event);
    }
  }

  private static boolean isHole(StoredEvent event) {
    return event.id().equals(HOLE);
  }

  /** Returns whether the run was there once, and was deleted. */
  boolean isGone(String runId) {
    return gone.contains(runId);
  }

  /** Returns whether the run is there in the end. */
  boolean isThere(String runId) {
    return logs.containsKey(runId) && !isGone(runId);
  }

  /** Returns the events of a run, none if it is not there. */
  List<StoredEvent> of(String runId) {
    return logs.getOrDefault(runId, List.of());
  }

  /** Returns the event at a seq, if the log is as a log should be; null if there is none. */
  StoredEvent at(String runId, long seq) {
    List<StoredEvent> log = of(runId);
    StoredEvent found = seq < 1 || seq > log.size() ? null : log.get((int) seq - 1);
    return found == null || isHole(found) ? null : found;
  }

  /** Returns where an event is in its run; 0 if it is not in this run. */
  long seqOf(String runId, String eventId) {
    Place place = placeById.get(eventId);
    return place != null && place.runId().equals(runId) ? place.seq() : 0;
  }

  /** Checks SEQS_CONTIGUOUS, STORED_ONCE and NOTHING_INVENTED. */
  void check(Collection<Request> requests, Violations violations) {
    Map<String, String> runIdById = new HashMap<>();
    requests.forEach(r -> r.eventIds.forEach(id -> runIdById.put(id, r.runId)));
    Map<String, Place> found = new HashMap<>();
    logs.forEach((runId, log) -> check(runId, log, runIdById, found, violations));
  }

  private static void check(
      String runId,
      List<StoredEvent> log,
      Map<String, String> runIdById,
      Map<String, Place> found,
      Violations violations) {
    long last = 0;
    for (StoredEvent event : log) {
      long previous = last;
      violations.unless(
          event.seq() == previous + 1,
          Rule.SEQS_CONTIGUOUS,
          runId,
          () -> event + " follows " + previous);
      last = event.seq();
      if (isHole(event)) {
        continue;
      }
      Place before = found.putIfAbsent(event.id(), new Place(runId, event.seq()));
      violations.unless(
          before == null, Rule.STORED_ONCE, runId, () -> event + " is also " + before);
      violations.unless(
          runId.equals(runIdById.get(event.id())),
          Rule.NOTHING_INVENTED,
          runId,
          () -> event + " was sent to " + runIdById.get(event.id()));
    }
  }
}
