package dev.eider.it.testkit;

import java.util.Map;

/** DELETED_STAYS_GONE: after the acknowledgement nobody finds, reads or writes the run again. */
final class DeletionRules {
  private DeletionRules() {}

  static void check(History history, FinalLogs logs, Violations violations) {
    Map<String, Long> deletions = history.deletions;
    deletions.forEach(
        (runId, at) ->
            violations.unless(
                at == Long.MAX_VALUE || !logs.isThere(runId),
                Rule.DELETED_STAYS_GONE,
                runId,
                () -> "deleted at moment " + at + ", has " + logs.of(runId).size() + " events"));
    for (Reader reader : history.readers) {
      violations.unless(
          reader.beganAt < deletions.getOrDefault(reader.runId, Long.MAX_VALUE)
              || (reader.sightings().isEmpty() && reader.told().isEmpty()),
          Rule.DELETED_STAYS_GONE,
          reader.runId,
          () -> reader + " reads it after it was deleted");
    }
    for (Request request : history.requests) {
      violations.unless(
          request.sentAt < deletions.getOrDefault(request.runId, Long.MAX_VALUE)
              || request.outcome() != Request.Outcome.ACKED,
          Rule.DELETED_STAYS_GONE,
          request.runId,
          () -> request + " was accepted after it was deleted");
    }
  }
}
