package dev.eider.bench.measure;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Latencies;
import dev.eider.bench.Peer;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.Workload;
import dev.eider.bench.wire.EiderPeer;
import dev.eider.bench.wire.RunNames;
import dev.eider.it.Events;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.ForkRequest;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How long forks take. A parent begins with the turn_start that is forked: far from its head. */
public final class ForkTimes {
  /** No event of the workload has this turn. */
  private static final int TURN = 1_000_000;

  private static final int WARM_UP_FORKS = 20;
  private static final int FORKS = 100;

  private ForkTimes() {}

  /** Publishes a parent of so many events. */
  public static void parent(
      EiderPeer eider, Peer.Publisher publisher, int run, long events, Rig rig) throws Exception {
    BenchEvent start =
        Workload.encoded(
            Events.turnStart("ada", TURN, Events.gold(100)), "turn_start", new byte[0]);
    publisher.publish(run, List.of(start)).get(60, TimeUnit.SECONDS);
    Peer.Publisher intoRun = (only, batch) -> publisher.publish(run, batch);
    new Pipeline(intoRun, eider.pipelining(), rig.workload(), 1).count(events - 1);
  }

  /**
   * Forks a parent again and again.
   *
   * @param prefix of the children's names; a new one each time
   */
  public static Latencies of(EiderPeer eider, int run, String prefix) {
    BrokerServiceGrpc.BrokerServiceBlockingStub broker =
        BrokerServiceGrpc.newBlockingStub(eider.daemon().channel());
    Latencies latencies = new Latencies();
    for (int i = 0; i < WARM_UP_FORKS + FORKS; i++) {
      if (i == WARM_UP_FORKS) {
        latencies.clear();
      }
      ForkRequest request =
          ForkRequest.newBuilder()
              .setParentRunId(RunNames.of(run))
              .setParentT(TURN)
              .setRunId(prefix + "-" + run + "-" + i)
              .setMergePatch(Events.gold(500).getState())
              .build();
      long begun = System.nanoTime();
      broker.withDeadlineAfter(60, TimeUnit.SECONDS).fork(request);
      latencies.add(System.nanoTime() - begun);
    }
    return latencies;
  }
}
