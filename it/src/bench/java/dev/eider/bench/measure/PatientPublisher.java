package dev.eider.bench.measure;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Peer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Waits when the slowest reader is a while behind, so that readers stay live. Owned by one thread;
 * what it publishes over is closed by whoever opened it.
 */
public final class PatientPublisher implements Peer.Publisher {
  private static final int BEHIND_MAX = 20_000;

  private final Peer.Publisher publisher;
  private final Followers followers;
  private long sent;

  public PatientPublisher(Peer.Publisher publisher, Followers followers) {
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
}
