package dev.eider.bench.measure;

import dev.eider.bench.Measure;
import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.wire.EiderPeer;

/** The daemon on an empty directory: time until it serves, and its memory when it does nothing. */
final class StartUp implements Measure {
  private static final long IDLE_MS = 3000;
  private static final int TIMES = 3;

  @Override
  public String name() {
    return "start-up";
  }

  @Override
  public String about() {
    return "start to serving on an empty directory, memory when idle";
  }

  @Override
  public void run(Rig rig) throws Exception {
    for (int i = 0; i < TIMES; i++) {
      rig.inDirectory(
          directory -> {
            long begun = System.nanoTime();
            try (EiderPeer eider = new EiderPeer()) {
              eider.start(directory, 1);
              double seconds = (System.nanoTime() - begun) / 1e9;
              rig.report("start to serving", eider.name(), Unit.SECONDS, seconds);
              Thread.sleep(Math.min(IDLE_MS, 1000L * rig.scale().seconds()));
              Resident.report(rig, "RSS when idle", eider.daemon());
            }
          });
    }
  }
}
