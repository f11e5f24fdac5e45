package dev.eider.it.testkit;

import dev.eider.it.testkit.Request.Outcome;
import java.util.List;

/** What became of each request: it is in the log as it was told, whole or not at all. */
final class RequestRules {
  private RequestRules() {}

  static void check(History history, FinalLogs logs, Violations violations) {
    importsAreWhole(history, logs, violations);
    for (Request request : history.requests) {
      if (request.eventIds.isEmpty()) {
        continue;
      }
      List<Long> seqs = request.eventIds.stream().map(id -> logs.seqOf(request.runId, id)).toList();
      if (!logs.isGone(request.runId)) {
        allOrNone(request, seqs, violations);
      }
      if (request.outcome() == Outcome.ACKED) {
        asAcked(request, seqs, logs, violations);
      }
      boolean isAbsent = seqs.stream().allMatch(seq -> seq == 0);
      violations.unless(
          request.outcome() != Outcome.REFUSED || isAbsent,
          Rule.REFUSED_IS_ABSENT,
          request.runId,
          () -> request + " has seqs " + seqs);
      violations.unless(
          isAbsent || isBehindPrevious(request, seqs.get(0), logs),
          Rule.SENT_ORDER,
          request.runId,
          () -> request + " has seqs " + seqs + ", and was sent behind " + request.previous);
      violations.unless(
          isAbsent
              || request.expectedSeq.isEmpty()
              || firstSeq(seqs) == request.expectedSeq.getAsLong() + 1,
          Rule.EXPECTED_SEQ,
          request.runId,
          () -> request + " expected " + request.expectedSeq + " and has seqs " + seqs);
    }
  }

  /** The runs of a file that were deleted later do not count. */
  private static void importsAreWhole(History history, FinalLogs logs, Violations violations) {
    for (List<Request> file : history.imports) {
      List<Request> lasting =
          file.stream().filter(run -> !history.mayBeDeleted(run.runId)).toList();
      long there = lasting.stream().filter(run -> logs.isThere(run.runId)).count();
      violations.unless(
          there == 0 || there == lasting.size(),
          Rule.IMPORT_WHOLE,
          file.get(0).runId,
          () -> there + " of " + lasting.size() + " runs of its file are there");
    }
  }

  /** Returns where a request begins, by any of its events: of a deleted run not all are known. */
  private static long firstSeq(List<Long> seqs) {
    for (int i = 0; i < seqs.size(); i++) {
      if (seqs.get(i) > 0) {
        return seqs.get(i) - i;
      }
    }
    return 0;
  }

  private static boolean isBehindPrevious(Request request, long seq, FinalLogs logs) {
    Request previous = request.previous;
    if (previous == null || logs.isGone(request.runId)) {
      return true;
    }
    long seqBefore = logs.seqOf(request.runId, previous.eventIds.get(0));
    return seqBefore > 0 && seqBefore < seq;
  }

  private static void allOrNone(Request request, List<Long> seqs, Violations violations) {
    long first = seqs.get(0);
    boolean isWhole = true;
    for (int i = 0; i < seqs.size(); i++) {
      isWhole &= seqs.get(i) == (first == 0 ? 0 : first + i);
    }
    violations.unless(
        isWhole,
        Rule.ALL_OR_NONE,
        request.runId,
        () -> request + " has seqs " + seqs + " (0: absent)");
  }

  private static void asAcked(
      Request request, List<Long> seqs, FinalLogs logs, Violations violations) {
    for (int i = 0; i < seqs.size(); i++) {
      long acked = request.told.firstSeq() + i;
      long actual = seqs.get(i);
      StoredEvent there = logs.at(request.runId, acked);
      Rule absent = there == null ? Rule.ACKED_IS_STORED : Rule.SEQ_REUSED;
      violations.unless(
          actual == acked,
          actual == 0 ? absent : Rule.ACKED_AT_ITS_SEQ,
          request.runId,
          () -> request + " has seqs " + seqs + "; at " + acked + " the log has " + there);
    }
  }
}
