package dev.eider.bench.measure;

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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Many subscribers of one run, as fast as they can: how many events are delivered a second. The
 * publisher waits when the slowest subscriber is a while behind, so that they stay live.
 */
final class FanOut extends StoreMeasure {
  private static final int SUBSCRIBERS = 50;
  private static final String FIGURE = "fan-out, " + SUBSCRIBERS + " subscribers";
  private static final int ECHO_BATCH = 100;
  private static final long READY_NANOS = 30_000_000_000L;

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
            echoed(echo, rig.scale().warmUpNanos());
            double rate = echoed(echo, rig.scale().timedNanos());
            rig.report(FIGURE, Ceiling.ECHO, Unit.DELIVERIES_PER_SECOND, rate);
          }
        });
  }

  private static double echoed(EchoProcess echo, long nanos) throws Exception {
    LongAdder delivered = new LongAdder();
    List<Reading> readings = new ArrayList<>();
    long begun = System.nanoTime();
    for (int i = 0; i < SUBSCRIBERS; i++) {
      Peer.Sink sink = (run, firstSeq, count) -> delivered.add(count);
      readings.add(echo.read(ECHO_BATCH, Long.MAX_VALUE, sink));
    }
    while (delivered.sum() < SUBSCRIBERS * ECHO_BATCH && System.nanoTime() - begun < READY_NANOS) {
      TimeUnit.MILLISECONDS.sleep(1); // connecting does not count
    }
    delivered.reset();
    begun = System.nanoTime();
    TimeUnit.NANOSECONDS.sleep(nanos);
    double rate = delivered.sum() * 1e9 / (System.nanoTime() - begun);
    readings.forEach(Reading::close);
    return rate;
  }

  @Override
  protected void measure(Peer peer, Rig rig) throws Exception {
    try (Followers followers = Followers.of(peer, SUBSCRIBERS, (run, firstSeq, count) -> {});
        Peer.Publisher publisher = peer.publisher()) {
      Peer.Publisher waiting = new PatientPublisher(publisher, followers);
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
}
