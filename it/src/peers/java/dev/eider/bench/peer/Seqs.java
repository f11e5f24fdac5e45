package dev.eider.bench.peer;

import java.util.concurrent.atomic.AtomicLongArray;

/** The last seq given out in each run. Thread-safe, though a run has one publisher at a time. */
final class Seqs {
  private final AtomicLongArray last;

  Seqs(int runs) {
    this.last = new AtomicLongArray(runs);
  }

  int runs() {
    return last.length();
  }

  long last(int run) {
    return last.get(run);
  }

  /** Takes the next so many seqs of a run and returns the first of them. */
  long take(int run, int count) {
    return last.getAndAdd(run, count) + 1;
  }
}
