package dev.eider.it.sim;

import dev.eider.it.testkit.workload.Tally;
import java.io.PrintStream;

/** What the simulations so far have shown. Thread-safe. */
final class Results {
  final Tally tally = new Tally();
  volatile long lives;
  volatile boolean isBroken;

  /** Adds a life, and prints what it broke. */
  synchronized void add(Life life, PrintStream out) {
    lives++;
    Throwable broken = life.broken();
    if (broken == null) {
      tally.addAll(life.tally());
      return;
    }
    isBroken = true;
    out.printf("seed %d: %s%nagain: %s%n", life.seed(), broken.getMessage(), life.command());
    broken.printStackTrace(out);
  }
}
