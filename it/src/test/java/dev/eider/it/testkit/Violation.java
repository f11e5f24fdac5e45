package dev.eider.it.testkit;

/**
 * A rule that a history breaks. Immutable.
 *
 * @param witness the request, reader or events that show it
 */
public record Violation(Rule rule, String runId, String witness) {
  @Override
  public String toString() {
    return rule + " (" + rule.sentence() + "): run " + runId + ": " + witness;
  }
}
