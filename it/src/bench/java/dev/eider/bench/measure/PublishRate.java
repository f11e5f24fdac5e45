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

/** Batches, pipelined: how many events are acknowledged a second. */
final class PublishRate extends StoreMeasure {
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
            report(publisher, pipelining, Ceiling.ECHO, rig);
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
      report(publisher, peer.pipelining(), peer.name(), rig);
    }
  }

  private void report(Peer.Publisher publisher, Peer.Pipelining pipelining, String subject, Rig rig)
      throws Exception {
    Pipeline pipeline = new Pipeline(publisher, pipelining, rig.workload(), runs);
    pipeline.during(rig.scale().warmUpNanos());
    Pipeline.Outcome outcome = pipeline.during(rig.scale().timedNanos());
    rig.report(figure, subject, Unit.EVENTS_PER_SECOND, outcome.eventsPerSecond());
  }
}
