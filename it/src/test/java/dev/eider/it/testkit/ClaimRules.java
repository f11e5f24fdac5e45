package dev.eider.it.testkit;

import dev.eider.it.RunDigests;
import dev.eider.it.testkit.History.ClosedClaim;
import dev.eider.it.testkit.History.DigestClaim;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the broker said of whole runs: DIGEST and CLOSED_STAYS_CLOSED. */
final class ClaimRules {
  private ClaimRules() {}

  static void check(History history, FinalLogs logs, Violations violations) {
    for (ClosedClaim claim : history.closings) {
      int size = logs.of(claim.runId()).size();
      violations.unless(
          claim.finalSeq() == size || (logs.isGone(claim.runId()) && claim.finalSeq() > size),
          Rule.CLOSED_STAYS_CLOSED,
          claim.runId(),
          () -> claim.by() + " was told it ends at " + claim.finalSeq() + ", it ends at " + size);
    }
    Map<String, List<DigestClaim>> claims =
        history.digests.stream()
            .sorted(Comparator.comparingLong(DigestClaim::seq))
            .collect(Collectors.groupingBy(DigestClaim::runId));
    claims.forEach((runId, ofRun) -> digests(runId, ofRun, logs, violations));
  }

  private static void digests(
      String runId, List<DigestClaim> claims, FinalLogs logs, Violations violations) {
    List<StoredEvent> log = logs.of(runId);
    byte[] digest = RunDigests.initial(runId);
    int seq = 0;
    for (DigestClaim claim : claims) {
      while (seq < claim.seq() && seq < log.size() && log.get(seq).hasBytes()) {
        digest = RunDigests.nextOfHash(digest, HexFormat.of().parseHex(log.get(seq).hash()));
        seq++;
      }
      if (seq < claim.seq() && logs.isGone(runId)) {
        return; // Nobody saw the rest.
      }
      String actual = HexFormat.of().formatHex(digest);
      int known = seq;
      violations.unless(
          seq == claim.seq() && actual.equals(claim.digest()),
          Rule.DIGEST,
          runId,
          () -> String.format("%s, the log has %s for %d", claim, actual, known));
    }
  }
}
