package dev.eider.bench.measure;

import dev.eider.it.Daemon;

/** Asks the daemon again and again how much DuckDB lacks, until interrupted. Used once. */
final class LagWatch implements Runnable {
  private static final long EVERY_MS = 100;

  private final Daemon daemon;
  private volatile long mostBytes;

  LagWatch(Daemon daemon) {
    this.daemon = daemon;
  }

  @Override
  public void run() {
    try {
      while (!Thread.interrupted()) {
        mostBytes = Math.max(mostBytes, daemon.counters().getUnpersistedBytes());
        Thread.sleep(EVERY_MS);
      }
    } catch (InterruptedException | RuntimeException ended) {
      // An interrupted call throws its own exception.
      return;
    }
  }

  double mostMiB() {
    return mostBytes / (double) (1 << 20);
  }
}
