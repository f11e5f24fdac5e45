package dev.eider.server;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Threads;
import dev.eider.server.base.Undo;
import dev.eider.server.config.HeapShare;
import dev.eider.server.config.ServerConfig;
import dev.eider.server.config.Setting;
import dev.eider.server.fork.Forker;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.log.EventLog;
import dev.eider.server.persist.Persister;
import dev.eider.server.read.ReaderPools;
import dev.eider.server.read.ReaderRegistry;
import dev.eider.server.read.Readers;
import dev.eider.server.read.history.LogHistory;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.read.runs.RunDirectory;
import dev.eider.server.runs.RunIndex;
import dev.eider.server.runs.StorePersistedRuns;
import dev.eider.server.sequencer.LogApplier;
import dev.eider.server.sequencer.PublishHealth;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdStore;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.read.ReadAhead;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon without its socket: the parts from the log to the readers, wired in the order in which
 * events flow.
 *
 * <p>A start asks the store how far it has come and folds the log from there. What it stands on
 * ({@link Ground}) is given, so that a simulation runs the same broker. Thread-safe.
 */
public final class Broker {
  private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
  private static final int LIVE_THREADS = 2;
  private static final long FAILED_START_MS = 1_500;

  private final Ground ground;
  private final EventLog log;
  private final Hub hub;
  private final Persister persister;
  private final RunWriter writer;
  private final ReaderPools pools;
  private final ReaderRegistry registry;
  private final Readers readers;
  private final RunDirectory directory;
  private final Forker forker;

  private Broker(ServerConfig config, Ground ground, Watcher watcher, Undo undo)
      throws StoreException {
    this.ground = ground;
    log = ground.log();
    ColdStore store = ground.store();
    Threads threads = ground.threads();
    long persistedPosition = store.persistedPosition();
    PersistProgress progress = new PersistProgress(persistedPosition);
    hub = new Hub(config.hub(), progress);
    store.openRuns().forEach(hub::restore);
    RunIndex index = new RunIndex(hub, new StorePersistedRuns(ground.reader()));
    LogApplier applier = new LogApplier(hub, index, ground.clock(), config.get(Setting.GRACE_MS));
    long replayed = applier.replay(log, persistedPosition);
    store.requireStaged(hub.stagedFiles());
    LOG.info("{} runs in memory, {} records of the log folded", hub.runCount(), replayed);
    persister =
        new Persister(
            log, store, hub, ground.clock(), config.persister(), threads, watcher.onDefect());
    undo.push(() -> persister.stop(FAILED_START_MS));
    writer =
        new RunWriter(
            log,
            applier,
            ground.clock(),
            config.sequencer(),
            threads,
            watcher.onHealth(),
            watcher.onDefect());
    undo.push(() -> writer.stop(FAILED_START_MS));
    pools = new ReaderPools(threads, LIVE_THREADS, config.getInt(Setting.STORE_READERS_MAX));
    undo.push(pools);
    registry = new ReaderRegistry(config.readers());
    ReadAhead cold =
        new ReadAhead(
            ground.reader(), config.get(HeapShare.PAGE_CACHE), pools.cold(), threads::newSignal);
    hub.addErasureListener(cold::forget);
    RunHistory history = new RunHistory(hub, cold);
    LogHistory logHistory = new LogHistory(hub, history, cold, log::endPosition);
    readers =
        new Readers(
            pools,
            registry,
            hub,
            history,
            logHistory,
            ground.clock(),
            config.get(Setting.HEARTBEAT_MS));
    directory = new RunDirectory(hub, history, ground.reader());
    forker =
        new Forker(
            history, writer, ground.clock(), pools.cold(), config.get(Setting.REQUEST_BYTES_MAX));
  }

  /**
   * Starts a broker, or what its workers wait for; {@code undo} takes what ends each part. Blocks
   * until the log is folded.
   */
  public static Broker start(ServerConfig config, Ground ground, Watcher watcher, Undo undo)
      throws StoreException {
    return new Broker(config, ground, watcher, undo);
  }

  public EventLog log() {
    return log;
  }

  public Hub hub() {
    return hub;
  }

  public RunWriter writer() {
    return writer;
  }

  public Readers readers() {
    return readers;
  }

  public RunDirectory directory() {
    return directory;
  }

  public Forker forker() {
    return forker;
  }

  /** Finishes the commands accepted, then ends the streams. Blocks; returns whether in time. */
  public boolean stopWriting(BrokerException refusal, long timeoutMs) throws InterruptedException {
    boolean isWritten = writer.stop(timeoutMs);
    registry.endAll(refusal);
    return isWritten;
  }

  /**
   * Has the store take the rest, after {@link #stopWriting} has ended in time, and closes store and
   * log. Blocks; returns false if something is left to the log.
   */
  public boolean stopPersisting(long timeoutMs) throws InterruptedException {
    if (!persister.stop(timeoutMs)) {
      return false;
    }
    ground.store().close();
    log.close();
    return true;
  }

  /** Ends the threads of readers; nothing is answered any more. */
  public void stopReading() {
    pools.close();
  }

  /**
   * What a broker stands on. Immutable.
   *
   * @param log open from where the store has come on; the broker closes it when it stops in time
   * @param store open; the broker closes it when it stops in time
   * @param reader of the store, and of what else readers get
   */
  public record Ground(
      EventLog log, ColdStore store, ColdReader reader, InstantSource clock, Threads threads) {}

  /** Who is told, on the sequencer thread, of the log's health, and on a worker's what ended it. */
  public record Watcher(Consumer<PublishHealth> onHealth, BiConsumer<String, Throwable> onDefect) {}
}
