package dev.eider.it.testkit.workload;

import dev.eider.it.testkit.History;

/** What the clients of a workload share. Thread-safe. */
public record Stage(Wire wire, History history, RunBook book, Tally tally, Habits habits) {
  /** Returns the same for clients with a way of their own. */
  public Stage over(Wire another) {
    return new Stage(another, history, book, tally, habits);
  }

  int triesMax() {
    return habits.triesMax();
  }
}
