package dev.eider.bench.measure;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Ceiling;
import dev.eider.bench.Peer;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.StoreMeasure;
import dev.eider.bench.Unit;
import dev.eider.bench.ceiling.MemoryCopy;
import dev.eider.bench.wire.EchoProcess;
import dev.eider.bench.wire.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Many subscribers of one run, as fast as they can: how many events are delivered a second. The
 * publisher waits when the slowest subscriber is a while behind, so that they stay live.
 */
final class FanOut extends StoreMeasure {
  private static final int SUBSCRIBERS = 50;
  private static final int BEHIND_MAX = 20_000;
  private static final String FIGURE = "fan-out, " + SUBSCRIBERS + " subscribers";
  private static final int ECHO_BATCH = 100;

  FanOut() {
    super("fan-out", SUBSCRIBERS + " subscribers of one run: deliveries", 1);
  }

  @Override
  protected void ceiling(Rig rig) throws Exception {
    double copied = MemoryCopy.during(rig.scale().warmUpNanos(), rig.workload(), SUBSCRIBERS);
    rig.report(FIGURE, Ceiling.COPY, Unit.DELIVERIES_PER_SECOND, copied);
    rig.inDirectory(
        directory -> {
          try (EchoProcess echo = EchoProcess.start(directory)) {
            echoed(echo, 500); // warms up
            // About as long as the stores are measured, at the rate seen first.
            double rate = echoed(echo, 2000);
            long batches = (long) (rate * rig.scale().seconds() / ECHO_BATCH / SUBSCRIBERS) + 1;
            rig.report(FIGURE, Ceiling.ECHO, Unit.DELIVERIES_PER_SECOND, echoed(echo, batches));
          }
        });
  }

  private static double echoed(EchoProcess echo, long batches) throws Exception {
    long begun = System.nanoTime();
    List<Reading> readings = new ArrayList<>();
    for (int i = 0; i < SUBSCRIBERS; i++) {
      readings.add(echo.read(ECHO_BATCH, batches, (run, firstSeq, count) -> {}));
    }
    long count = 0;
    for (Reading reading : readings) {
      count += reading.await(300);
    }
    return count * 1e9 / (System.nanoTime() - begun);
  }

  @Override
  protected void measure(Peer peer, Rig rig) throws Exception {
    try (Followers followers = Followers.of(peer, SUBSCRIBERS, (run, firstSeq, count) -> {});
        Peer.Publisher publisher = peer.publisher()) {
      Waiting waiting = new Waiting(publisher, followers);
      Pipeline pipeline = new Pipeline(waiting, peer.pipelining(), rig.workload(), 1);
      long warm = pipeline.during(rig.scale().warmUpNanos()).events();
      followers.awaitAll(warm);
      long begun = System.nanoTime();
      long events = pipeline.during(rig.scale().timedNanos()).events();
      followers.awaitAll(warm + events);
      double rate = events * SUBSCRIBERS * 1e9 / (System.nanoTime() - begun);
      rig.report(FIGURE, peer.name(), Unit.DELIVERIES_PER_SECOND, rate);
    }
  }

  /** A publisher that waits for subscribers. */
  private static final class Waiting implements Peer.Publisher {
    private final Peer.Publisher publisher;
    private final Followers followers;
    private long sent;

    Waiting(Peer.Publisher publisher, Followers followers) {
      this.publisher = publisher;
      this.followers = followers;
    }

    @Override
    public CompletableFuture<Void> publish(int run, List<BenchEvent> batch) throws Exception {
      if (sent > BEHIND_MAX) {
        followers.awaitAll(sent - BEHIND_MAX);
      }
      sent += batch.size();
      return publisher.publish(run, batch);
    }

    @Override
    public void close() throws Exception {
      publisher.close();
    }
  }
}
