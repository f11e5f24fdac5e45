package dev.eider.bench.measure;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.bench.Ceiling;
import dev.eider.bench.Latencies;
import dev.eider.bench.Peer;
import dev.eider.bench.Rig;
import dev.eider.bench.StoreMeasure;
import dev.eider.bench.ceiling.ForcedFile;
import dev.eider.bench.wire.EchoProcess;
import dev.eider.bench.wire.EiderPeer;

/** One event after the other, each after the acknowledgement of the one before. */
final class OneInFlight extends StoreMeasure {
  private static final String FIGURE = "one in flight";
  private static final String STREAM_FIGURE = "one in flight, on a stream";

  OneInFlight() {
    super("one-in-flight", "an event after the other: publish to ack", 1);
  }

  @Override
  protected void ceiling(Rig rig) throws Exception {
    rig.inDirectory(
        directory -> {
          Latencies forces = new Latencies();
          try (ForcedFile file = new ForcedFile(directory, rig.workload())) {
            file.during(rig.scale().timedNanos(), 1, forces);
          }
          forces.report(rig, FIGURE, Ceiling.FORCE);
          try (EchoProcess echo = EchoProcess.start(directory)) {
            try (Peer.Publisher publisher = echo.unaryPublisher()) {
              Sums.report(rig, FIGURE, measured(publisher, rig), forces);
            }
            try (Peer.Publisher publisher = echo.publisher()) {
              Sums.report(rig, STREAM_FIGURE, measured(publisher, rig), forces);
            }
          }
        });
  }

  @Override
  protected void measure(Peer peer, Rig rig) throws Exception {
    try (Peer.Publisher publisher = peer.publisherOfOne()) {
      measured(publisher, rig).report(rig, FIGURE, peer.name());
    }
    if (peer instanceof EiderPeer) {
      try (Peer.Publisher publisher = peer.publisher()) {
        measuredOn(1, publisher, rig).report(rig, STREAM_FIGURE, peer.name());
      }
    }
  }

  private static Latencies measured(Peer.Publisher publisher, Rig rig) throws Exception {
    return measuredOn(0, publisher, rig);
  }

  private static Latencies measuredOn(int run, Peer.Publisher publisher, Rig rig) throws Exception {
    Latencies latencies = new Latencies();
    publishFor(rig.scale().warmUpNanos(), run, publisher, rig, latencies);
    latencies.clear();
    publishFor(rig.scale().timedNanos(), run, publisher, rig, latencies);
    return latencies;
  }

  private static void publishFor(
      long nanos, int run, Peer.Publisher publisher, Rig rig, Latencies latencies)
      throws Exception {
    long begun = System.nanoTime();
    for (long i = 0; System.nanoTime() - begun < nanos; i++) {
      long sent = System.nanoTime();
      publisher.publish(run, rig.workload().batch(i, 1)).get(60, SECONDS);
      latencies.add(System.nanoTime() - sent);
    }
  }
}
