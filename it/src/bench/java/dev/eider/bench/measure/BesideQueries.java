package dev.eider.bench.measure;

import dev.eider.bench.Ceiling;
import dev.eider.bench.Latencies;
import dev.eider.bench.Measure;
import dev.eider.bench.Peer;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.wire.EiderPeer;
import dev.eider.bench.wire.QueryLoad;

/**
 * Events one by one at a fixed rate, while nobody asks, then while SQL reads all that is stored.
 */
final class BesideQueries implements Measure {
  private static final String FIGURE = "5,000 ev/s beside queries, ack";
  private static final String RATE = "queries answered meanwhile";
  private static final int RUNS = 10;

  @Override
  public String name() {
    return "beside-queries";
  }

  @Override
  public String about() {
    return "5,000 events a second, one by one, beside heavy SQL: publish to ack";
  }

  @Override
  public void run(Rig rig) throws Exception {
    rig.inDirectory(
        directory -> {
          try (EiderPeer eider = new EiderPeer()) {
            eider.start(directory, RUNS + 2);
            try (Peer.Publisher publisher = eider.publisher()) {
              new Pipeline(publisher, eider.pipelining(), rig.workload(), RUNS)
                  .count(rig.scale().storedEvents());
            }
            eider.settle();
            offered(eider, RUNS, rig).report(rig, FIGURE, Ceiling.NO_QUERIES);
            try (QueryLoad queries = new QueryLoad(eider.daemon())) {
              long begun = System.nanoTime();
              offered(eider, RUNS + 1, rig).report(rig, FIGURE, eider.name());
              double seconds = (System.nanoTime() - begun) / 1e9;
              double rate = queries.answered() / seconds;
              rig.report(RATE, eider.name(), Unit.QUERIES_PER_SECOND, rate);
            }
          }
        });
  }

  private static Latencies offered(EiderPeer eider, int run, Rig rig) throws Exception {
    try (Peer.Publisher publisher = eider.publisher()) {
      return new Offered(run, rig).send(publisher, rig);
    }
  }
}
