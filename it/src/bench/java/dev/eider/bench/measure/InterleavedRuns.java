package dev.eider.bench.measure;

import dev.eider.bench.Ceiling;
import dev.eider.bench.Peer;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.Scale;
import dev.eider.bench.StoreMeasure;
import dev.eider.bench.Unit;
import dev.eider.bench.ceiling.SortedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Many runs published side by side; one of them read after a restart, and SQL over all of them. */
final class InterleavedRuns extends StoreMeasure {
  private static final String ONE_RUN = "one run of many";
  private static final String GROUP_BY = "group-by";
  private static final String RANKING = "ranking";
  private static final int RUNS_READ = 5;
  private static final int QUERY_TIMES = 3;
  private static final int BATCH_EVENTS = 20;

  InterleavedRuns() {
    super("interleaved", "many runs side by side: one of them read cold, SQL over all", 1);
  }

  @Override
  protected int runs(Scale scale) {
    return scale.storedRuns();
  }

  private static long eventsPerRun(Scale scale) {
    return scale.storedEvents() / scale.storedRuns();
  }

  @Override
  protected void ceiling(Rig rig) throws Exception {
    rig.inDirectory(
        directory -> {
          try (SortedTable table = new SortedTable(directory)) {
            int runs = rig.scale().storedRuns();
            table.load(rig.workload(), runs, eventsPerRun(rig.scale()));
            List<Long> nanos = new ArrayList<>();
            for (int i = 0; i < RUNS_READ; i++) {
              nanos.add(table.oneRunNanos(i % runs, eventsPerRun(rig.scale())));
            }
            millis(rig, Ceiling.TABLE, nanos);
            nanos.clear();
            List<Long> rankings = new ArrayList<>();
            for (int i = 0; i < QUERY_TIMES; i++) {
              nanos.add(table.groupByNanos());
              rankings.add(table.rankingNanos());
            }
            rig.report(GROUP_BY, Ceiling.TABLE, Unit.SECONDS, median(nanos) / 1e9);
            rig.report(RANKING, Ceiling.TABLE, Unit.SECONDS, median(rankings) / 1e9);
          }
        });
  }

  private static void millis(Rig rig, String subject, List<Long> nanos) {
    rig.report(ONE_RUN, subject, Unit.MILLISECONDS, median(nanos) / 1e6);
  }

  private static double median(List<Long> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  @Override
  protected void measure(Peer peer, Rig rig) throws Exception {
    int runs = rig.scale().storedRuns();
    long events = runs * eventsPerRun(rig.scale());
    // Batches small enough for the runs to be well mixed, in as many events under way.
    Peer.Pipelining own = peer.pipelining();
    int batchEvents = Math.min(BATCH_EVENTS, own.batchEvents());
    int inFlight = own.batchesInFlight() * own.batchEvents() / batchEvents;
    try (Peer.Publisher publisher = peer.publisher()) {
      Peer.Pipelining mixed = new Peer.Pipelining(batchEvents, inFlight);
      new Pipeline(publisher, mixed, rig.workload(), runs).count(events);
    }
    peer.settle();
    peer.restart();
    List<Long> nanos = new ArrayList<>();
    for (int i = 0; i < RUNS_READ; i++) {
      long begun = System.nanoTime();
      long count = peer.replay(i % runs, (run, firstSeq, some) -> {});
      nanos.add(System.nanoTime() - begun);
      if (Math.abs(count - eventsPerRun(rig.scale())) > batchEvents) {
        throw new AssertionError("run " + i % runs + " has " + count + " events");
      }
    }
    millis(rig, peer.name(), nanos);
    Optional<Peer.Queries> queries = peer.queries();
    if (queries.isPresent()) {
      try (Peer.Queries sql = queries.get()) {
        query(sql, peer, rig);
      }
    }
  }

  private static void query(Peer.Queries sql, Peer peer, Rig rig) throws Exception {
    List<Long> groups = new ArrayList<>();
    List<Long> rankings = new ArrayList<>();
    for (int i = 0; i < QUERY_TIMES; i++) {
      long begun = System.nanoTime();
      require(sql.groupBy() > 0);
      groups.add(System.nanoTime() - begun);
      begun = System.nanoTime();
      require(sql.ranking() > 0);
      rankings.add(System.nanoTime() - begun);
    }
    rig.report(GROUP_BY, peer.name(), Unit.SECONDS, median(groups) / 1e9);
    rig.report(RANKING, peer.name(), Unit.SECONDS, median(rankings) / 1e9);
  }

  private static void require(boolean hasRows) {
    if (!hasRows) {
      throw new AssertionError("a query without rows");
    }
  }
}
