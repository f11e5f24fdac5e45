package dev.eider.bench.measure;

import dev.eider.bench.Ceiling;
import dev.eider.bench.Measure;
import dev.eider.bench.Peer;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.ceiling.SortedTable;
import dev.eider.bench.wire.EiderPeer;

/** Pipelined publishing for longer than memory helps, with DuckDB taking everything along. */
final class Sustained implements Measure {
  private static final String FIGURE = "publish, sustained";
  private static final int RUNS = 100;
  private static final long APPENDED_EVENTS_MAX = 500_000;

  @Override
  public String name() {
    return "sustained";
  }

  @Override
  public String about() {
    return "pipelined for four times as long, DuckDB persisting along: rate, stalls, lag";
  }

  @Override
  public void run(Rig rig) throws Exception {
    rig.inDirectory(
        directory -> {
          try (SortedTable table = new SortedTable(directory)) {
            long events = Math.min(APPENDED_EVENTS_MAX, rig.scale().storedEvents());
            double rate = table.load(rig.workload(), RUNS, events / RUNS);
            rig.report(FIGURE, Ceiling.APPENDER, Unit.EVENTS_PER_SECOND, rate);
          }
        });
    rig.inDirectory(
        directory -> {
          try (EiderPeer eider = new EiderPeer()) {
            eider.start(directory, RUNS);
            measure(eider, rig);
          }
        });
  }

  private static void measure(EiderPeer eider, Rig rig) throws Exception {
    Pipeline.Outcome outcome;
    LagWatch lag = new LagWatch(eider.daemon());
    Thread watching = new Thread(lag, "lag");
    watching.start();
    try (Peer.Publisher publisher = eider.publisher()) {
      Pipeline pipeline = new Pipeline(publisher, eider.pipelining(), rig.workload(), RUNS);
      pipeline.during(rig.scale().warmUpNanos());
      outcome = pipeline.during(4 * rig.scale().timedNanos());
    } finally {
      watching.interrupt();
      watching.join();
    }
    long begun = System.nanoTime();
    eider.awaitTaken();
    double drained = (System.nanoTime() - begun) / 1e9;
    String subject = eider.name();
    rig.report(FIGURE, subject, Unit.EVENTS_PER_SECOND, outcome.eventsPerSecond());
    rig.report(FIGURE + ", longest stall", subject, Unit.MILLISECONDS, outcome.stallNanos() / 1e6);
    rig.report(FIGURE + ", most lag", subject, Unit.MIB, lag.mostMiB());
    rig.report(FIGURE + ", lag made up in", subject, Unit.SECONDS, drained);
    Resident.report(rig, FIGURE + ", RSS", eider.daemon());
  }
}
