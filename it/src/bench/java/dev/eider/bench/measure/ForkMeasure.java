package dev.eider.bench.measure;

import dev.eider.bench.Ceiling;
import dev.eider.bench.Measure;
import dev.eider.bench.Peer;
import dev.eider.bench.Rig;
import dev.eider.bench.wire.EiderPeer;

/** A fork of a long run and of a short one, both out of DuckDB, since the daemon is restarted. */
final class ForkMeasure implements Measure {
  private static final String FIGURE = "fork of a long run";
  private static final int SHORT = 0;
  private static final int LONG = 1;
  private static final int SHORT_EVENTS = 100;

  @Override
  public String name() {
    return "fork";
  }

  @Override
  public String about() {
    return "fork of a long run against a short one";
  }

  @Override
  public void run(Rig rig) throws Exception {
    rig.inDirectory(
        directory -> {
          try (EiderPeer eider = new EiderPeer()) {
            eider.start(directory, 2);
            try (Peer.Publisher publisher = eider.publisher()) {
              ForkTimes.parent(eider, publisher, SHORT, SHORT_EVENTS, rig);
              ForkTimes.parent(eider, publisher, LONG, rig.scale().storedEvents(), rig);
            }
            eider.settle();
            eider.restart();
            ForkTimes.of(eider, SHORT, "warm"); // a fresh daemon is slow at first
            ForkTimes.of(eider, SHORT, "a").report(rig, FIGURE, Ceiling.SHORT_RUN);
            ForkTimes.of(eider, LONG, "a").report(rig, FIGURE, eider.name());
          }
        });
  }
}
