package dev.eider.bench.peer;

import dev.eider.bench.Peer.Sink;

/**
 * Tells a sink of the events that one read brought, and checks that no seq is missing, doubled or
 * out of order. Owned by the reading thread.
 */
final class Stretch {
  private final int run;
  private final Sink sink;
  private long lastSeq;
  private int count;

  Stretch(int run, Sink sink) {
    this.run = run;
    this.sink = sink;
  }

  /** The last seq read, 0 before the first. */
  long lastSeq() {
    return lastSeq;
  }

  /** Takes the next event, which has to follow the one before. */
  void add(long seq) {
    if (seq != lastSeq + 1) {
      throw new IllegalStateException("run " + run + ": seq " + seq + " came after " + lastSeq);
    }
    lastSeq = seq;
    count++;
  }

  /** Passes on what was added since the last time, and returns how many events that were. */
  int pass() {
    int passed = count;
    if (passed > 0) {
      count = 0;
      sink.accept(run, lastSeq - passed + 1, passed);
    }
    return passed;
  }
}
