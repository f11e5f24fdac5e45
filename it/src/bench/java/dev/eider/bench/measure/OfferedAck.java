package dev.eider.bench.measure;

import dev.eider.bench.Latencies;
import dev.eider.bench.Peer;
import dev.eider.bench.Rig;
import dev.eider.bench.StoreMeasure;
import dev.eider.bench.ceiling.ForcedFile;
import dev.eider.bench.wire.EchoProcess;

/**
 * Events one by one at a fixed rate: publish to ack, a stall counting for every event it delays.
 */
final class OfferedAck extends StoreMeasure {
  private static final String FIGURE = "5,000 ev/s, ack";

  OfferedAck() {
    super("offered", "5,000 events a second, one by one: publish to ack", 1);
  }

  @Override
  protected void ceiling(Rig rig) throws Exception {
    rig.inDirectory(
        directory -> {
          Latencies forces = new Latencies();
          try (ForcedFile file = new ForcedFile(directory, rig.workload())) {
            file.during(rig.scale().timedNanos(), 1, forces);
          }
          try (EchoProcess echo = EchoProcess.start(directory);
              Peer.Publisher publisher = echo.publisher()) {
            Sums.report(rig, FIGURE, new Offered(rig).send(publisher, rig), forces);
          }
        });
  }

  @Override
  protected void measure(Peer peer, Rig rig) throws Exception {
    try (Peer.Publisher publisher = peer.publisher()) {
      new Offered(rig).send(publisher, rig).report(rig, FIGURE, peer.name());
    }
  }
}
