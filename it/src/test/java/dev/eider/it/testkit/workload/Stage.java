package dev.eider.it.testkit.workload;

import dev.eider.it.testkit.History;

/**
 * What the clients of a workload share. Thread-safe.
 *
 * @param triesMax how often a call is repeated before its client gives up
 */
public record Stage(
    Wire wire, History history, RunBook book, Tally tally, Habits habits, int triesMax) {
  public Stage over(Wire another) {
    return new Stage(another, history, book, tally, habits, triesMax);
  }
}
