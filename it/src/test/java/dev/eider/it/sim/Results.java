package dev.eider.it.sim;

/** What the simulations so far have shown. Thread-safe. */
final class Results {
  private final Coverage coverage = new Coverage();
  private long lives;
  private boolean isBroken;

  synchronized void kept(Coverage ofOne) {
    coverage.addAll(ofOne);
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

  synchronized Coverage coverage() {
    return coverage;
  }
}
