package dev.eider.bench.growth;

import dev.eider.bench.Peer;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.measure.Followers;
import dev.eider.bench.measure.PatientPublisher;
import dev.eider.bench.wire.EiderPeer;

/** More and more subscribers of one run: what a delivery costs. */
final class SubscriberGrowth implements Growth {
  private static final Curves.Axes COST =
      new Curves.Axes(
          "cost-by-subscribers", "Cost of a delivery", "subscribers", Unit.MICROSECONDS);
  private static final long SUBSCRIBERS_MAX = 1000;

  @Override
  public String name() {
    return "subscribers";
  }

  @Override
  public String about() {
    return "cost of a delivery by subscribers of a run; memory";
  }

  @Override
  public void run(Rig rig, Curves curves) throws Exception {
    for (long size : Sizes.decades(1, SUBSCRIBERS_MAX)) {
      rig.inDirectory(
          directory -> {
            try (EiderPeer eider = new EiderPeer()) {
              eider.start(directory, 1);
              measure(eider, (int) size, rig, curves);
            }
          });
    }
  }

  private static void measure(EiderPeer eider, int count, Rig rig, Curves curves) throws Exception {
    try (Followers followers = Followers.of(eider, count, (run, firstSeq, some) -> {});
        Peer.Publisher publisher = eider.publisher()) {
      Peer.Publisher patient = new PatientPublisher(publisher, followers);
      Pipeline pipeline = new Pipeline(patient, eider.pipelining(), rig.workload(), 1);
      long warm = pipeline.during(rig.scale().warmUpNanos()).events();
      followers.awaitAll(warm);
      long begun = System.nanoTime();
      long events = pipeline.during(rig.scale().timedNanos()).events();
      followers.awaitAll(warm + events);
      double micros = (System.nanoTime() - begun) / 1e3;
      curves.add(COST, "delivered live", count, micros / events / count);
      eider.settle();
      Memory.add(curves, "subscribers", count, eider.daemon());
    }
  }
}
