package dev.eider.server.subscribe;

import static org.awaitility.Awaitility.await;

import dev.eider.server.base.Threads;
import dev.eider.server.persist.PersistRig;
import dev.eider.server.run.EventMatcher;
import dev.eider.server.run.RunId;
import dev.eider.server.store.ReadAhead;
import dev.eider.v1.SubscribeResponse;
import dev.eider.v1.WatchRunsResponse;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.Locale;

/** Readers of a broker whose every part is real, but for where their streams go. */
final class ReaderRig implements AutoCloseable {
  static final int COLD_THREADS = 2;

  private static final long HOUR_MS = 3_600_000;
  private static final long PAGES_BYTES_MAX = 1 << 20;

  final PersistRig broker;
  final ReaderPools pools = new ReaderPools(Threads.system(), 2, COLD_THREADS);
  final ReaderRegistry registry = new ReaderRegistry(new ReaderBounds(3, 1 << 20, 100, 2, 2));
  final RunHistory history;
  final LogHistory logHistory;
  final RunDirectory directory;
  private final long heartbeatMs;

  ReaderRig(Path path, long tailBytesMax) throws Exception {
    this(path, tailBytesMax, HOUR_MS);
  }

  ReaderRig(Path path, long tailBytesMax, long heartbeatMs) throws Exception {
    this.heartbeatMs = heartbeatMs;
    broker = new PersistRig(path, tailBytesMax, PersistRig.EAGER);
    history = new RunHistory(broker.hub, broker.store.reader());
    logHistory = new LogHistory(broker.hub, history, readAhead(), broker.log::endPosition);
    directory = new RunDirectory(broker.hub, history, broker.store.reader());
  }

  private ReadAhead readAhead() {
    return new ReadAhead(
        broker.store.reader(), PAGES_BYTES_MAX, Runnable::run, Threads.system()::newSignal);
  }

  /** What keeps pages for others, as a broker's history does. */
  RunHistory historyReadAhead() {
    return new RunHistory(broker.hub, readAhead());
  }

  Readers readers() {
    return readers(history);
  }

  Readers readers(RunHistory source) {
    return new Readers(pools, registry, broker.hub, source, logHistory, broker.clock, heartbeatMs);
  }

  static TestSink<SubscribeResponse> sink() {
    return new TestSink<>(notice -> notice.getResponseCase().name().toLowerCase(Locale.ROOT));
  }

  static TestSink<WatchRunsResponse> watchSink() {
    return new TestSink<>(notice -> notice.getResponseCase().name().toLowerCase(Locale.ROOT));
  }

  static SubscriptionRequest after(RunId runId, long seq) {
    return new SubscriptionRequest(ReadStart.after(runId, seq), EventMatcher.ALL, false, 100, true);
  }

  static SubscriptionRequest waiting(RunId runId) {
    return new SubscriptionRequest(ReadStart.after(runId, 0), EventMatcher.ALL, true, 100, true);
  }

  Subscription subscribe(SubscriptionRequest request, TestSink<SubscribeResponse> sink) {
    Subscription subscription = new Subscription(request, sink, readers());
    subscription.start();
    return subscription;
  }

  /** Waits until nobody refers to a reader any more. */
  static void awaitForgotten(WeakReference<?> reader) {
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
