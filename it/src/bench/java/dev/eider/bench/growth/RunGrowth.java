package dev.eider.bench.growth;

import dev.eider.bench.Peer;
import dev.eider.bench.Peer.Pipelining;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.wire.EiderPeer;

/** More and more open runs: what an event costs that goes to one of them, in turn. */
final class RunGrowth implements Growth {
  private static final Curves.Axes COST =
      new Curves.Axes("cost-by-open-runs", "Cost of an event", "open runs", Unit.MICROSECONDS);
  private static final Pipelining SINGLES = new Pipelining(1, 1000);
  private static final Pipelining SMALL_BATCHES = new Pipelining(10, 500);

  @Override
  public String name() {
    return "runs";
  }

  @Override
  public String about() {
    return "cost of an event by open runs, in batches of 10; memory";
  }

  @Override
  public void run(Rig rig, Curves curves) throws Exception {
    for (long size : Sizes.decades(1, rig.scale().openRuns())) {
      int runs = (int) size;
      rig.inDirectory(
          directory -> {
            try (EiderPeer eider = new EiderPeer()) {
              eider.start(directory, runs);
              measure(eider, runs, rig, curves);
            }
          });
    }
  }

  private static void measure(EiderPeer eider, int runs, Rig rig, Curves curves) throws Exception {
    try (Peer.Publisher publisher = eider.publisher()) {
      new Pipeline(publisher, SINGLES, rig.workload(), runs).count(runs);
      Pipeline pipeline = new Pipeline(publisher, SMALL_BATCHES, rig.workload(), runs);
      pipeline.during(rig.scale().warmUpNanos());
      eider.awaitTaken();
      Pipeline.Outcome outcome = pipeline.during(rig.scale().timedNanos());
      curves.add(COST, "published", runs, outcome.nanos() / 1e3 / outcome.events());
    }
    eider.settle();
    Memory.add(curves, "open runs", runs, eider.daemon());
  }
}
