package dev.eider.bench.growth;

import dev.eider.bench.Unit;
import dev.eider.it.Daemon;

/** The daemon's heap right after a collection: what it holds. */
final class Memory {
  static final Curves.Axes PLOT =
      new Curves.Axes("memory", "Heap after a collection", "how many there are", Unit.MIB);

  private Memory() {}

  static void add(Curves curves, String line, long count, Daemon daemon) {
    curves.add(PLOT, line, count, daemon.heapAfterCollection() / (double) (1 << 20));
  }
}
