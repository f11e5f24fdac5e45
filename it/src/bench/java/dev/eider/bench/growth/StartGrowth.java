package dev.eider.bench.growth;

import dev.eider.bench.Peer;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.wire.EiderPeer;
import java.util.Map;

/** How long a start takes, after a clean stop and after a kill with a long log. */
final class StartGrowth implements Growth {
  private static final Curves.Axes START =
      new Curves.Axes("start-up", "Start to serving", "events", Unit.MILLISECONDS);
  private static final long FROM = 10_000;
  private static final int RUNS = 100;

  /** The log is cut only behind a checkpoint, and there is none. */
  private static final Map<String, String> LONG_LOG =
      Map.of("checkpoint-idle-ms", "3600000", "checkpoint-bytes", String.valueOf(64L << 30));

  @Override
  public String name() {
    return "start";
  }

  @Override
  public String about() {
    return "start-up by stored events, and by the length of the log after a kill -9";
  }

  @Override
  public void run(Rig rig, Curves curves) throws Exception {
    rig.inDirectory(
        directory -> {
          try (EiderPeer eider = new EiderPeer()) {
            eider.start(directory, RUNS);
            stored(eider, rig, curves);
          }
        });
    for (long size : Sizes.decades(FROM, rig.scale().growthEvents())) {
      rig.inDirectory(
          directory -> {
            try (EiderPeer eider = new EiderPeer(LONG_LOG)) {
              eider.start(directory, RUNS);
              load(eider, size, 0, rig);
              eider.awaitTaken();
              eider.daemon().kill9();
              curves.add(START, "log after kill -9", size, startMillis(eider));
            }
          });
    }
  }

  private static void stored(EiderPeer eider, Rig rig, Curves curves) throws Exception {
    long there = 0;
    int round = 0;
    for (long size : Sizes.decades(FROM, rig.scale().growthEvents())) {
      load(eider, size - there, RUNS * round++, rig);
      there = size;
      eider.settle();
      eider.daemon().terminate(60);
      curves.add(START, "stored, after a clean stop", size, startMillis(eider));
    }
  }

  private static double startMillis(EiderPeer eider) {
    long begun = System.nanoTime();
    eider.daemon().restart();
    return (System.nanoTime() - begun) / 1e6;
  }

  private static void load(EiderPeer eider, long events, int firstRun, Rig rig) throws Exception {
    try (Peer.Publisher publisher = eider.publisher()) {
      Peer.Publisher others = (run, batch) -> publisher.publish(firstRun + run, batch);
      new Pipeline(others, eider.pipelining(), rig.workload(), RUNS).count(events);
    }
  }
}
