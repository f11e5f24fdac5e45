package dev.eider.bench.measure;

import dev.eider.bench.Ceiling;
import dev.eider.bench.Latencies;
import dev.eider.bench.Peer;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.StoreMeasure;
import dev.eider.bench.Unit;
import dev.eider.bench.ceiling.ForcedFile;
import dev.eider.bench.wire.EchoProcess;
import dev.eider.bench.wire.EiderPeer;

/**
 * Batches, pipelined: how many events are acknowledged a second, in bursts that begin when the
 * store has taken what came before. {@link Sustained} is the same without pauses.
 */
final class PublishRate extends StoreMeasure {
  /** Less than Eider lets DuckDB lack. */
  private static final long BURST_EVENTS = 250_000;

  private final String figure;
  private final int runs;

  PublishRate(int runs) {
    super("publish-" + runs, "pipelined batches into " + counted(runs), runs);
    this.figure = "publish, " + counted(runs);
    this.runs = runs;
  }

  private static String counted(int runs) {
    return runs == 1 ? "1 run" : runs + " runs";
  }

  @Override
  protected void ceiling(Rig rig) throws Exception {
    Peer.Pipelining pipelining = new EiderPeer().pipelining();
    rig.inDirectory(
        directory -> {
          try (EchoProcess echo = EchoProcess.start(directory);
              Peer.Publisher publisher = echo.publisher()) {
            report(
                new Pipeline(publisher, pipelining, rig.workload(), runs),
                () -> {},
                Ceiling.ECHO,
                rig);
          }
          try (ForcedFile file = new ForcedFile(directory, rig.workload())) {
            int batch = 10 * pipelining.batchEvents();
            double rate = file.during(rig.scale().timedNanos(), batch, new Latencies());
            rig.report(figure, Ceiling.FORCE, Unit.EVENTS_PER_SECOND, rate);
          }
        });
  }

  @Override
  protected void measure(Peer peer, Rig rig) throws Exception {
    try (Peer.Publisher publisher = peer.publisher()) {
      Pipeline pipeline = new Pipeline(publisher, peer.pipelining(), rig.workload(), runs);
      report(pipeline, peer::awaitTaken, peer.name(), rig);
    }
  }

  private void report(Pipeline pipeline, Pause pause, String subject, Rig rig) throws Exception {
    long warmed = 0;
    while (warmed < rig.scale().warmUpNanos()) {
      warmed += pipeline.burst(rig.scale().warmUpNanos() - warmed, BURST_EVENTS).nanos();
      pause.await();
    }
    long nanos = 0;
    long events = 0;
    while (nanos < rig.scale().timedNanos()) {
      Pipeline.Outcome burst = pipeline.burst(rig.scale().timedNanos() - nanos, BURST_EVENTS);
      nanos += burst.nanos();
      events += burst.events();
      pause.await();
    }
    rig.report(figure, subject, Unit.EVENTS_PER_SECOND, events * 1e9 / nanos);
  }

  private interface Pause {
    void await() throws Exception;
  }
}
