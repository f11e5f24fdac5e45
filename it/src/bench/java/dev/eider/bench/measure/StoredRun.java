package dev.eider.bench.measure;

import dev.eider.bench.Ceiling;
import dev.eider.bench.Peer;
import dev.eider.bench.Pipeline;
import dev.eider.bench.Rig;
import dev.eider.bench.StoreMeasure;
import dev.eider.bench.Unit;
import dev.eider.bench.ceiling.SortedTable;
import dev.eider.bench.wire.EiderPeer;

/** One long run, stored and then read from its start to its end by one reader, after a restart. */
final class StoredRun extends StoreMeasure {
  private static final String REPLAY = "replay";
  private static final String FOLLOW = "replay by following";

  StoredRun() {
    super("stored-run", "one long run: disk, memory, replay after a restart", 1);
  }

  @Override
  protected void ceiling(Rig rig) throws Exception {
    long events = rig.scale().storedEvents();
    double jsonMiB = rig.workload().meanJsonBytes() * events / (1 << 20);
    rig.report("disk", Ceiling.BYTES, Unit.MIB, jsonMiB);
    rig.inDirectory(
        directory -> {
          try (SortedTable table = new SortedTable(directory)) {
            table.load(rig.workload(), 1, events);
            table.scanNanos();
            double rate = events * 1e9 / table.scanNanos();
            rig.report(REPLAY, Ceiling.TABLE, Unit.EVENTS_PER_SECOND, rate);
            rig.report(FOLLOW, Ceiling.TABLE, Unit.EVENTS_PER_SECOND, rate);
          }
        });
  }

  @Override
  protected void measure(Peer peer, Rig rig) throws Exception {
    long events = rig.scale().storedEvents();
    try (Peer.Publisher publisher = peer.publisher()) {
      new Pipeline(publisher, peer.pipelining(), rig.workload(), 1).count(events);
    }
    peer.settle();
    rig.report("disk", peer.name(), Unit.MIB, peer.bytesOnDisk() / (double) (1 << 20));
    if (peer instanceof EiderPeer eider) {
      Resident.report(rig, "RSS after the stored run", eider.daemon());
    }
    peer.restart();
    long begun = System.nanoTime();
    long count = peer.replay(0, (run, firstSeq, some) -> {});
    rate(rig, REPLAY, peer, count, System.nanoTime() - begun);
    peer.restart();
    begun = System.nanoTime();
    try (Followers followers = Followers.of(peer, 1, (run, firstSeq, some) -> {})) {
      followers.awaitAll(events);
      rate(rig, FOLLOW, peer, followers.slowest(), System.nanoTime() - begun);
    }
  }

  private static void rate(Rig rig, String figure, Peer peer, long count, long nanos) {
    if (count != rig.scale().storedEvents()) {
      throw new AssertionError(count + " events were read, not " + rig.scale().storedEvents());
    }
    rig.report(figure, peer.name(), Unit.EVENTS_PER_SECOND, count * 1e9 / nanos);
  }
}
