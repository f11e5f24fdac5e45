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
      long previous = reader.afterSeq();
      for (Sighting seen : reader.sightings()) {
        StoredEvent event = seen.event();
        boolean follows = event.seq() == previous + 1;
        violations.unless(
            reader.isFiltered() ? event.seq() > previous && reader.selects(event) : follows,
            Rule.READER_CONTIGUOUS,
            reader.runId(),
            "%s got %s after %d",
            reader,
            event,
            previous);
        previous = event.seq();
        isKept(reader, event, logs, violations);
      }
      for (Told told : reader.told()) {
        violations.unless(
            reader.isFiltered()
                ? isComplete(reader, told, logs)
                : told.haveSeq() == Math.max(told.seq(), reader.afterSeq()),
            Rule.READER_COMPLETE,
            reader.runId(),
            "%s was told it has all up to %d when it had %d",
            reader,
            told.seq(),
            told.haveSeq());
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
    List<StoredEvent> log = logs.of(reader.runId());
    long end = Math.min(told.seq(), log.size());
    for (long seq = reader.afterSeq() + 1; seq <= end; seq++) {
      StoredEvent event = log.get((int) seq - 1);
      if (event.hasBytes() && reader.selects(event) && !seen.contains(seq)) {
        return false;
      }
    }
    return true;
  }

  private static void isKept(
      Reader reader, StoredEvent event, FinalLogs logs, Violations violations) {
    StoredEvent kept = logs.at(reader.runId(), event.seq());
    if (kept == null) {
      violations.unless(
          false, Rule.SEEN_IS_KEPT, reader.runId(), "%s saw %s, the log ends", reader, event);
      return;
    }
    boolean isSame = kept.id().equals(event.id());
    violations.unless(
        isSame, Rule.SEQ_REUSED, reader.runId(), "%s saw %s, the log has %s", reader, event, kept);
    violations.unless(
        !isSame || !kept.hasBytes() || kept.hash().equals(event.hash()),
        Rule.SAME_BYTES,
        reader.runId(),
        "%s saw %s as %s, the log has %s",
        reader,
        event,
        event.hash(),
        kept.hash());
  }

  private static void acksAreVisible(History history, Violations violations) {
    Map<String, List<Request>> acked =
        history.requests.stream()
            .filter(Request::isAckOfEvents)
            .sorted(Comparator.comparingLong(Request::answeredAt))
            .collect(Collectors.groupingBy(Request::runId));
    Map<String, List<Reader>> readers =
        history.readers.stream()
            .sorted(Comparator.comparingLong(Reader::beganAt))
            .collect(Collectors.groupingBy(Reader::runId));
    readers.forEach(
        (runId, ofRun) -> acksAreVisible(acked.getOrDefault(runId, List.of()), ofRun, violations));
  }

  /** Both lists are in order of time, so one walk finds the highest acknowledged seq for each. */
  private static void acksAreVisible(
      List<Request> acked, List<Reader> readers, Violations violations) {
    int next = 0;
    Request highest = null;
    for (Reader reader : readers) {
      for (; next < acked.size() && acked.get(next).answeredAt() < reader.beganAt(); next++) {
        Request request = acked.get(next);
        highest = highest == null || request.lastSeq() > highest.lastSeq() ? request : highest;
      }
      for (Told told : reader.told()) {
        violations.unless(
            !told.isHead() || highest == null || told.seq() >= highest.lastSeq(),
            Rule.ACK_IS_VISIBLE,
            reader.runId(),
            "%s was told the head is %d after %s",
            reader,
            told.seq(),
            highest);
      }
    }
  }
}
