package dev.eider.it.testkit;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Holds a finished history to every {@link Rule}.
 *
 * <p>The final logs are the truth that the rest is compared with, so nothing has to be searched
 * for: the time is linear in what was sent and seen, but for one sort of the moments of each run.
 * Pure; any thread, once nobody writes to the history any more.
 */
public final class RuleBook {
  private RuleBook() {}

  /** Returns what the history breaks, at most five times of each rule. */
  public static List<Violation> violations(History history) {
    FinalLogs logs = new FinalLogs(history);
    Violations violations = new Violations();
    DeletionRules.check(history, logs, violations);
    logs.check(history.requests, violations);
    RequestRules.check(history, logs, violations);
    OrderRules.check(history, logs, violations);
    ReaderRules.check(history, logs, violations);
    ForkRules.check(history, logs, violations);
    ClaimRules.check(history, logs, violations);
    MirrorRules.check(history, violations);
    return violations.found();
  }

  /** Throws an AssertionError that names what is broken. */
  public static void check(History history) {
    List<Violation> violations = violations(history);
    if (!violations.isEmpty()) {
      throw new AssertionError(
          violations.stream().map(Violation::toString).collect(Collectors.joining("\n")));
    }
  }
}
