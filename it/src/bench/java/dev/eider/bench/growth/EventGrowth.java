package dev.eider.bench.growth;

import dev.eider.bench.Peer;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.wire.EiderPeer;

/** One run that becomes longer and longer: what its next events and its readers cost. */
final class EventGrowth implements Growth {
  private static final Curves.Axes COST =
      new Curves.Axes("cost-by-events", "Cost of an event", "events in the run", Unit.MICROSECONDS);
  private static final long FROM = 10_000;

  @Override
  public String name() {
    return "events";
  }

  @Override
  public String about() {
    return "cost of an event by how many there are, published and read; memory";
  }

  @Override
  public void run(Rig rig, Curves curves) throws Exception {
    rig.inDirectory(
        directory -> {
          try (EiderPeer eider = new EiderPeer()) {
            eider.start(directory, 2);
            warmUp(eider, rig);
            try (Peer.Publisher publisher = eider.publisher()) {
              Pipeline pipeline = new Pipeline(publisher, eider.pipelining(), rig.workload(), 1);
              measure(eider, pipeline, rig, curves);
            }
          }
        });
  }

  /** In another run, so that the first size is not slow for being first. */
  private static void warmUp(EiderPeer eider, Rig rig) throws Exception {
    try (Peer.Publisher publisher = eider.publisher()) {
      Pipeline pipeline =
          new Pipeline(
              (run, batch) -> publisher.publish(1, batch), eider.pipelining(), rig.workload(), 1);
      pipeline.during(rig.scale().warmUpNanos());
    }
    eider.settle();
    eider.replay(1, (run, firstSeq, count) -> {});
  }

  private static void measure(EiderPeer eider, Pipeline pipeline, Rig rig, Curves curves)
      throws Exception {
    long there = 0;
    for (long size : Sizes.halves(FROM, rig.scale().growthEvents())) {
      long begun = System.nanoTime();
      pipeline.count(size - there);
      eider.awaitTaken();
      double published = (System.nanoTime() - begun) / 1e3 / (size - there);
      curves.add(COST, "published and persisted, the newest", size, published);
      there = size;
      eider.settle();
      begun = System.nanoTime();
      long count = eider.replay(0, (run, firstSeq, some) -> {});
      if (count != size) {
        throw new AssertionError(count + " events were read, not " + size);
      }
      curves.add(COST, "read by ColdStream, all", size, (System.nanoTime() - begun) / 1e3 / size);
      Memory.add(curves, "events in one run", size, eider.daemon());
    }
  }
}
