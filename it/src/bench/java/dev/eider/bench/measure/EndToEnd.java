package dev.eider.bench.measure;

import dev.eider.bench.Ceiling;
import dev.eider.bench.Latencies;
import dev.eider.bench.Peer;
import dev.eider.bench.Rig;
import dev.eider.bench.StoreMeasure;
import dev.eider.bench.Unit;

/** Events one by one at a fixed rate: from when each should have been sent to its last reader. */
final class EndToEnd extends StoreMeasure {
  private final int subscribers;
  private final String figure;

  EndToEnd(int subscribers) {
    super("end-to-end-" + subscribers, about(subscribers), 1);
    this.subscribers = subscribers;
    this.figure = "5,000 ev/s, " + counted(subscribers);
  }

  private static String about(int subscribers) {
    return "5,000 events a second, one by one: publish to " + counted(subscribers);
  }

  private static String counted(int subscribers) {
    return subscribers == 1 ? "1 subscriber" : subscribers + " subscribers";
  }

  /** What the same rate needs to be acknowledged is the least that a reader waits. */
  @Override
  protected void ceiling(Rig rig) {
    for (String percentile : new String[] {" p50", " p99"}) {
      rig.reported("5,000 ev/s, ack" + percentile, Ceiling.ECHO_AND_FORCE)
          .ifPresent(
              least ->
                  rig.report(
                      figure + percentile, Ceiling.ECHO_AND_FORCE, Unit.MICROSECONDS, least));
    }
  }

  @Override
  protected void measure(Peer peer, Rig rig) throws Exception {
    Offered offered = new Offered(rig);
    Latencies latencies = new Latencies();
    Peer.Sink sink =
        (run, firstSeq, count) -> {
          long now = System.nanoTime();
          for (long seq = firstSeq; seq < firstSeq + count; seq++) {
            if (offered.isMeasured(seq)) {
              latencies.add(now - offered.moment(seq));
            }
          }
        };
    try (Followers followers = Followers.of(peer, subscribers, sink);
        Peer.Publisher publisher = peer.publisher()) {
      offered.send(publisher, rig, followers::awaitAll);
      followers.awaitAll(offered.events());
    }
    latencies.report(rig, figure, peer.name());
  }
}
