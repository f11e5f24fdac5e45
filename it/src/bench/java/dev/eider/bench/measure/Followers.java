package dev.eider.bench.measure;

import dev.eider.bench.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/** Readers of run 0, each counted. Owned by one thread; the counts are written by others. */
public final class Followers implements AutoCloseable {
  private static final long PATIENCE_NANOS = 120_000_000_000L;

  private final AtomicLongArray counts;
  private final List<AutoCloseable> readers = new ArrayList<>();

  private Followers(int count) {
    counts = new AtomicLongArray(count);
  }

  /** Begins to follow. The sink sees what every reader reads. */
  public static Followers of(Peer peer, int count, Peer.Sink sink) throws Exception {
    Followers followers = new Followers(count);
    for (int i = 0; i < count; i++) {
      followers.readers.add(peer.follow(0, followers.counting(i, sink)));
    }
    return followers;
  }

  private Peer.Sink counting(int reader, Peer.Sink sink) {
    return (run, firstSeq, count) -> {
      if (firstSeq != counts.get(reader) + 1) {
        throw new AssertionError("seq " + firstSeq + " follows " + counts.get(reader));
      }
      sink.accept(run, firstSeq, count);
      counts.set(reader, firstSeq + count - 1);
    };
  }

  /** How far the slowest one is. */
  public long slowest() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < counts.length(); i++) {
      least = Math.min(least, counts.get(i));
    }
    return least;
  }

  /** Waits until every one has read so far. */
  public void awaitAll(long seq) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (slowest() < seq) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("a reader is still at " + slowest() + " of " + seq);
      }
      Thread.sleep(1);
    }
  }

  @Override
  public void close() throws Exception {
    Exception failed = null;
    for (AutoCloseable reader : readers) {
      try {
        reader.close();
      } catch (Exception e) {
        failed = e;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
