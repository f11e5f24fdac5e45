package dev.eider.it.sim;

import dev.eider.it.testkit.workload.Tally;

/** What the simulations so far have shown. Thread-safe. */
final class Results {
  private final Tally tally = new Tally();
  private long lives;
  private boolean isBroken;

  synchronized void kept(Tally ofOne) {
    tally.addAll(ofOne);
    lives++;
  }

  synchronized void broken() {
    isBroken = true;
    lives++;
  }

  synchronized long lives() {
    return lives;
  }

  synchronized boolean isBroken() {
    return isBroken;
  }

  synchronized Tally tally() {
    return tally;
  }
}
