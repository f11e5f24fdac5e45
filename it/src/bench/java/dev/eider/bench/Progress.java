package dev.eider.bench;

import java.io.PrintStream;
import java.util.Locale;

/** Tells on stderr what is going on, each line with the time since the start. */
final class Progress {
  private final PrintStream out;
  private final long begunNanos = System.nanoTime();

  Progress(PrintStream out) {
    this.out = out;
  }

  void tell(String what) {
    long seconds = secondsSoFar();
    out.printf(Locale.ROOT, "%2d:%02d %s%n", seconds / 60, seconds % 60, what);
  }

  long secondsSoFar() {
    return (System.nanoTime() - begunNanos) / 1_000_000_000;
  }
}
