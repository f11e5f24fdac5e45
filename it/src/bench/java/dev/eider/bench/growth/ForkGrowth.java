package dev.eider.bench.growth;

import dev.eider.bench.Peer;
import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.measure.ForkTimes;
import dev.eider.bench.wire.EiderPeer;
import java.util.List;

/** Forks of longer and longer runs, at their first event. */
final class ForkGrowth implements Growth {
  private static final Curves.Axes FORK =
      new Curves.Axes("fork", "Fork at the first turn", "events of the parent", Unit.MICROSECONDS);
  private static final long FROM = 100;

  @Override
  public String name() {
    return "forks";
  }

  @Override
  public String about() {
    return "time of a fork by the length of the parent";
  }

  @Override
  public void run(Rig rig, Curves curves) throws Exception {
    List<Long> sizes = Sizes.decades(FROM, rig.scale().growthEvents());
    rig.inDirectory(
        directory -> {
          try (EiderPeer eider = new EiderPeer()) {
            eider.start(directory, sizes.size());
            try (Peer.Publisher publisher = eider.publisher()) {
              for (int run = 0; run < sizes.size(); run++) {
                ForkTimes.parent(eider, publisher, run, sizes.get(run), rig);
              }
            }
            eider.settle();
            ForkTimes.of(eider, 0, "warm");
            for (int run = 0; run < sizes.size(); run++) {
              double median = ForkTimes.of(eider, run, "fork").micros(50);
              curves.add(FORK, "fork, median", sizes.get(run), median);
            }
          }
        });
  }
}
