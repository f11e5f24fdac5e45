package dev.eider.bench.measure;

import dev.eider.bench.Ceiling;
import dev.eider.bench.Latencies;
import dev.eider.bench.Measure;
import dev.eider.bench.Peer;
import dev.eider.bench.Peer.Pipelining;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.Unit;
import dev.eider.bench.wire.EiderPeer;
import dev.eider.v1.ListRunsRequest;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.RunServiceGrpc.RunServiceBlockingStub;
import dev.eider.v1.WatchRunsRequest;
import dev.eider.v1.WatchRunsResponse;
import io.grpc.Context;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/** The first page of a list of many open runs, against the same of a few. */
final class RunLists implements Measure {
  static final String LIST = "list of 20,000 open runs, ListRuns of 10 p50";
  static final String WATCH = "list of 20,000 open runs, WatchRuns' first 500 p50";
  private static final int FEW = 1_000;
  private static final int MANY = 20_000;
  private static final int PAGE = 10;
  private static final int WATCHED = 500;
  private static final int WARM_UP_TIMES = 300;
  private static final int TIMES = 200;
  private static final int IN_FLIGHT = 1_000;

  @Override
  public String name() {
    return "run-lists";
  }

  @Override
  public String about() {
    return "ListRuns of 10 and WatchRuns' first page with 20,000 open runs, against 1,000";
  }

  @Override
  public void run(Rig rig) throws Exception {
    rig.inDirectory(
        directory -> {
          try (EiderPeer eider = new EiderPeer()) {
            eider.start(directory, MANY);
            try (Peer.Publisher publisher = eider.publisher()) {
              Pipelining singles = new Pipelining(1, IN_FLIGHT);
              new Pipeline(publisher, singles, rig.workload(), FEW).count(FEW);
              measure(eider, Ceiling.FEW_RUNS, rig);
              new Pipeline(publisher, singles, rig.workload(), MANY).count(MANY);
              measure(eider, eider.name(), rig);
            }
          }
        });
  }

  /** Once DuckDB has the runs: that is where it is asked for them as well. */
  private static void measure(EiderPeer eider, String subject, Rig rig) throws Exception {
    eider.settle();
    RunServiceBlockingStub runs = RunServiceGrpc.newBlockingStub(eider.daemon().channel());
    rig.report(LIST, subject, Unit.MILLISECONDS, median(() -> list(runs)));
    rig.report(WATCH, subject, Unit.MILLISECONDS, median(() -> watch(runs)));
  }

  private static void list(RunServiceBlockingStub runs) {
    ListRunsRequest request = ListRunsRequest.newBuilder().setPageSize(PAGE).build();
    require(runs.withDeadlineAfter(60, TimeUnit.SECONDS).listRuns(request).getRunsCount(), PAGE);
  }

  private static void watch(RunServiceBlockingStub runs) {
    Context.CancellableContext call = Context.current().withCancellation();
    call.run(
        () -> {
          Iterator<WatchRunsResponse> responses =
              runs.watchRuns(WatchRunsRequest.getDefaultInstance());
          int existing = 0;
          while (existing < WATCHED && responses.next().hasExisting()) {
            existing++;
          }
          require(existing, WATCHED);
        });
    call.cancel(null);
  }

  private static void require(int count, int wanted) {
    if (count != wanted) {
      throw new AssertionError(count + " runs are listed, not " + wanted);
    }
  }

  private static double median(Runnable call) {
    Latencies latencies = new Latencies();
    for (int i = 0; i < WARM_UP_TIMES + TIMES; i++) {
      if (i == WARM_UP_TIMES) {
        latencies.clear();
      }
      long begun = System.nanoTime();
      call.run();
      latencies.add(System.nanoTime() - begun);
    }
    return latencies.micros(50) / 1e3;
  }
}
