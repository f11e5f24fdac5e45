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
                "deleted at moment %d, and has %d events in the end",
                at,
                logs.of(runId).size()));
    for (Reader reader : history.readers) {
      violations.unless(
          reader.beganAt() < deletions.getOrDefault(reader.runId(), Long.MAX_VALUE)
              || (reader.sightings().isEmpty() && reader.told().isEmpty()),
          Rule.DELETED_STAYS_GONE,
          reader.runId(),
          "%s reads it after it was deleted",
          reader);
    }
    for (Request request : history.requests) {
      violations.unless(
          request.sentAt() < deletions.getOrDefault(request.runId(), Long.MAX_VALUE)
              || request.outcome() != Request.Outcome.ACKED,
          Rule.DELETED_STAYS_GONE,
          request.runId(),
          "%s was accepted after it was deleted",
          request);
    }
  }
}
