package dev.eider.server.read;

import static org.awaitility.Awaitility.await;

import dev.eider.server.base.SystemThreads;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.persist.PersistRig;
import dev.eider.server.read.ReaderRegistry.ReaderBounds;
import dev.eider.server.read.history.LogHistory;
import dev.eider.server.read.history.ReadStart;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.store.read.ReadAhead;
import dev.eider.v1.SubscribeResponse;
import java.lang.ref.WeakReference;
import java.nio.file.Path;

/** Readers of a broker whose every part is real, but for where their streams go. */
public final class ReaderRig implements AutoCloseable {
  public static final int COLD_THREADS = 2;

  private static final long HOUR_MS = 3_600_000;
  private static final long PAGES_BYTES_MAX = 1 << 20;

  public final PersistRig broker;
  public final ReaderPools pools = new ReaderPools(SystemThreads.INSTANCE, 2, COLD_THREADS);
  public final ReaderRegistry registry =
      new ReaderRegistry(new ReaderBounds(3, 1 << 20, 100, 2, 2));
  public final RunHistory history;
  public final LogHistory logHistory;

  public ReaderRig(Path path, long tailBytesMax) throws Exception {
    broker = new PersistRig(path, tailBytesMax, PersistRig.EAGER);
    history = new RunHistory(broker.hub, broker.store.reader());
    logHistory = new LogHistory(broker.hub, history, readAhead(), broker.log::endPosition);
  }

  private ReadAhead readAhead() {
    return new ReadAhead(
        broker.store.reader(), PAGES_BYTES_MAX, Runnable::run, SystemThreads.INSTANCE::newSignal);
  }

  /** What keeps pages for others, as a broker's history does. */
  public RunHistory historyReadAhead() {
    return new RunHistory(broker.hub, readAhead());
  }

  public Readers readers() {
    return readers(history);
  }

  public Readers readers(RunHistory source) {
    return new Readers(pools, registry, broker.hub, source, logHistory, broker.clock, HOUR_MS);
  }

  public static SubscriptionRequest after(RunId runId, long seq) {
    return new SubscriptionRequest(ReadStart.after(runId, seq), EventMatcher.ALL, false, 100, true);
  }

  public static SubscriptionRequest waiting(RunId runId) {
    return new SubscriptionRequest(ReadStart.after(runId, 0), EventMatcher.ALL, true, 100, true);
  }

  public Subscription subscribe(SubscriptionRequest request, TestSink<SubscribeResponse> sink) {
    Subscription subscription = new Subscription(request, sink, readers());
    subscription.start();
    return subscription;
  }

  /** Waits until nobody refers to a reader any more. */
  public static void awaitForgotten(WeakReference<?> reader) {
    await()
        .until(
            () -> {
              System.gc();
              return reader.get() == null;
            });
  }

  @Override
  public void close() throws Exception {
    pools.close();
    broker.close();
  }
}
