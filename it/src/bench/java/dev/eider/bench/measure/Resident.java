package dev.eider.bench.measure;

import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.wire.EiderPeer;
import dev.eider.it.Daemon;

/** The physical memory of the daemon. */
final class Resident {
  private Resident() {}

  /** Reports it, where the system tells. */
  static void report(Rig rig, String figure, Daemon daemon) {
    long bytes = daemon.residentBytes();
    if (bytes > 0) {
      rig.report(figure, EiderPeer.NAME, Unit.MIB, bytes / (double) (1 << 20));
    }
  }
}
