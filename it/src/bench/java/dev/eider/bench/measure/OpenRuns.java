package dev.eider.bench.measure;

import dev.eider.bench.Measure;
import dev.eider.bench.Pace;
import dev.eider.bench.Peer;
import dev.eider.bench.Peer.Pipelining;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.wire.EiderPeer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Very many open runs, each with an event a minute: memory, and the start after a kill -9. */
final class OpenRuns implements Measure {
  private static final String FIGURE = "many open runs";
  private static final int IN_FLIGHT = 1000;

  @Override
  public String name() {
    return "open-runs";
  }

  @Override
  public String about() {
    return "100,000 open runs, each one event a minute: memory, start after kill -9";
  }

  @Override
  public void run(Rig rig) throws Exception {
    rig.inDirectory(
        directory -> {
          try (EiderPeer eider = new EiderPeer()) {
            eider.start(directory, rig.scale().openRuns());
            measure(eider, rig);
          }
        });
  }

  private static void measure(EiderPeer eider, Rig rig) throws Exception {
    int runs = rig.scale().openRuns();
    long begun = System.nanoTime();
    try (Peer.Publisher publisher = eider.publisher()) {
      Pipelining singles = new Pipelining(1, IN_FLIGHT);
      new Pipeline(publisher, singles, rig.workload(), runs).count(runs);
      double rate = runs * 1e9 / (System.nanoTime() - begun);
      rig.report(FIGURE + ", opened", eider.name(), Unit.EVENTS_PER_SECOND, rate);
      oneEventAMinute(publisher, runs, rig);
    }
    Resident.report(rig, FIGURE + ", RSS", eider.daemon());
    eider.daemon().kill9();
    begun = System.nanoTime();
    eider.daemon().restart();
    double seconds = (System.nanoTime() - begun) / 1e9;
    rig.report(FIGURE + ", start after kill -9", eider.name(), Unit.SECONDS, seconds);
    long held = eider.daemon().counters().getRunsInMemory();
    if (held != runs) {
      throw new AssertionError(held + " runs are open after the kill, not " + runs);
    }
  }

  private static void oneEventAMinute(Peer.Publisher publisher, int runs, Rig rig)
      throws Exception {
    Pace pace = new Pace(runs / 60.0);
    CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    int events = Math.min(runs, 1 + runs / 60 * rig.scale().seconds());
    for (int run = 0; run < events; run++) {
      pace.next();
      last = publisher.publish(run, rig.workload().batch(run, 1));
    }
    last.get(60, TimeUnit.SECONDS);
  }
}
