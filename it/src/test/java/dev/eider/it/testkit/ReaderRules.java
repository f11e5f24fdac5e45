package dev.eider.it.testkit;

import dev.eider.it.testkit.Reader.Sighting;
import dev.eider.it.testkit.Reader.Told;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Each reader saw a slice of the final log, and was told the truth about how far it goes. */
final class ReaderRules {
  private ReaderRules() {}

  static void check(History history, FinalLogs logs, Violations violations) {
    for (Reader reader : history.readers) {
      long had = reader.afterSeq;
      for (Sighting seen : reader.sightings()) {
        StoredEvent event = seen.event();
        long previous = had;
        violations.unless(
            reader.isFiltered
                ? event.seq() > previous && reader.selects(event)
                : event.seq() == previous + 1,
            Rule.READER_CONTIGUOUS,
            reader.runId,
            () -> reader + " got " + event + " after " + previous);
        had = event.seq();
        isKept(reader, event, logs, violations);
      }
      for (Told told : reader.told()) {
        violations.unless(
            reader.isFiltered
                ? isComplete(reader, told, logs)
                : told.haveSeq() == Math.max(told.seq(), reader.afterSeq),
            Rule.READER_COMPLETE,
            reader.runId,
            () -> reader + " was told that it has all: " + told);
      }
    }
    acksAreVisible(history, violations);
  }

  private static boolean isComplete(Reader reader, Told told, FinalLogs logs) {
    Set<Long> seen =
        reader.sightings().stream()
            .map(sighting -> sighting.event().seq())
            .filter(seq -> seq <= told.haveSeq())
            .collect(Collectors.toSet());
    List<StoredEvent> log = logs.of(reader.runId);
    long end = Math.min(told.seq(), log.size());
    for (long seq = reader.afterSeq + 1; seq <= end; seq++) {
      StoredEvent event = log.get((int) seq - 1);
      if (event.hasBytes() && reader.selects(event) && !seen.contains(seq)) {
        return false;
      }
    }
    return true;
  }

  private static void isKept(
      Reader reader, StoredEvent event, FinalLogs logs, Violations violations) {
    StoredEvent kept = logs.at(reader.runId, event.seq());
    if (kept == null) {
      violations.unless(
          false,
          Rule.SEEN_IS_KEPT,
          reader.runId,
          () -> reader + " saw " + event + ", the log ends");
      return;
    }
    boolean isSame = kept.id().equals(event.id());
    violations.unless(
        isSame,
        Rule.SEQ_REUSED,
        reader.runId,
        () -> reader + " saw " + event + ", the log has " + kept);
    violations.unless(
        !isSame || !kept.hasBytes() || kept.hash().equals(event.hash()),
        Rule.SAME_BYTES,
        reader.runId,
        () -> reader + " saw " + event + " as " + event.hash() + ", the log has " + kept.hash());
  }

  private static void acksAreVisible(History history, Violations violations) {
    Map<String, List<Request>> acked =
        history.requests.stream()
            .filter(Request::isAckOfEvents)
            .sorted(Comparator.comparingLong(request -> request.told.at()))
            .collect(Collectors.groupingBy(request -> request.runId));
    Map<String, List<Reader>> readers =
        history.readers.stream()
            .sorted(Comparator.comparingLong(reader -> reader.beganAt))
            .collect(Collectors.groupingBy(reader -> reader.runId));
    readers.forEach(
        (runId, ofRun) -> acksAreVisible(acked.getOrDefault(runId, List.of()), ofRun, violations));
  }

  /** Both lists are in order of time, so one walk finds the highest acknowledged seq for each. */
  private static void acksAreVisible(
      List<Request> acked, List<Reader> readers, Violations violations) {
    int next = 0;
    Request found = null;
    for (Reader reader : readers) {
      for (; next < acked.size() && acked.get(next).told.at() < reader.beganAt; next++) {
        Request request = acked.get(next);
        found = found == null || request.lastSeq() > found.lastSeq() ? request : found;
      }
      Request highest = found;
      for (Told told : reader.told()) {
        violations.unless(
            !told.isHead() || highest == null || told.seq() >= highest.lastSeq(),
            Rule.ACK_IS_VISIBLE,
            reader.runId,
            () -> reader + " was told the head is " + told.seq() + " after " + highest);
      }
    }
  }
}
