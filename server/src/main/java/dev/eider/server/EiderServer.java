package dev.eider.server;

import dev.eider.server.fork.Forker;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.log.FileDisk;
import dev.eider.server.log.LogConfig;
import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogFormatException;
import dev.eider.server.log.SegmentedLog;
import dev.eider.server.persist.Persister;
import dev.eider.server.persist.PersisterConfig;
import dev.eider.server.rpc.ConnectionLimits;
import dev.eider.server.rpc.GrpcServer;
import dev.eider.server.rpc.RequestLimits;
import dev.eider.server.run.BrokerException;
import dev.eider.server.run.RunIdMaker;
import dev.eider.server.sequencer.LogHealth;
import dev.eider.server.sequencer.LogReplay;
import dev.eider.server.sequencer.RunWriter;
import dev.eider.server.sequencer.SequencerConfig;
import dev.eider.server.sequencer.ShardMap;
import dev.eider.server.store.DuckDbStore;
import dev.eider.server.store.SqlTable;
import dev.eider.server.store.StoreConfig;
import dev.eider.server.store.StoreException;
import dev.eider.server.subscribe.ReaderPools;
import dev.eider.server.subscribe.ReaderRegistry;
import dev.eider.server.subscribe.Readers;
import dev.eider.server.subscribe.RunDirectory;
import dev.eider.server.subscribe.RunHistory;
import dev.eider.v1.ErrorReason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon: its parts, wired in the order in which events flow, and its start and stop.
 *
 * <p>A start opens DuckDB, asks it how far it has come, and folds the log from there; a stop goes
 * the way of the flow: no new calls, finish what was accepted, end the streams, persist,
 * checkpoint. Thread-safe.
 */
public final class EiderServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EiderServer.class);
  private static final int LIVE_THREADS = 2;
  private static final long CALLS_MS = 1_500;
  private static final long BYTES_ADDED_PER_EVENT = 64;

  private final ServerConfig config;
  private final InstantSource clock = InstantSource.system();
  private final DataDir dataDir;
  private final DuckDbStore store;
  private final SegmentedLog log;
  private final Hub hub;
  private final Persister persister;
  private final RunWriter writer;
  private final ReaderPools pools;
  private final ReaderRegistry registry;
  private final GrpcServer grpc;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  private EiderServer(ServerConfig config, Deque<AutoCloseable> undo)
      throws IOException, StoreException {
    this.config = config;
    dataDir = DataDir.take(config.dataDir());
    undo.push(dataDir);
    store = DuckDbStore.open(storeConfig());
    undo.push(store);
    long persistedPosition = store.persistedPosition();
    log = SegmentedLog.open(new FileDisk(dataDir.log()), logConfig(), persistedPosition);
    undo.push(log);
    hub = new Hub(config.get(Setting.TAIL_BYTES_MAX), new PersistProgress(persistedPosition));
    store.openRuns().forEach(hub::restore);
    long replayed = LogReplay.run(log, hub, persistedPosition);
    LOG.info("{} runs in memory, {} records of the log folded", hub.runCount(), replayed);
    persister = new Persister(log, store, hub, clock, persisterConfig(), this::defectFound);
    undo.push(() -> persister.stop(CALLS_MS));
    writer =
        new RunWriter(
            log,
            hub,
            new StorePersistedRuns(store.reader()),
            clock,
            sequencerConfig(),
            this::healthChanged,
            this::defectFound);
    undo.push(() -> writer.stop(CALLS_MS));
    pools = new ReaderPools(LIVE_THREADS, config.getInt(Setting.STORE_READERS_MAX));
    undo.push(pools);
    registry = new ReaderRegistry(config.getInt(Setting.SUBSCRIPTIONS_MAX));
    RunHistory history = new RunHistory(hub, store.reader());
    GrpcServer.Parts parts =
        new GrpcServer.Parts(
            writer,
            new RunDirectory(hub, history, store.reader()),
            new Forker(history, writer, clock, pools.cold()),
            new Readers(pools, registry, hub, history, clock, config.get(Setting.HEARTBEAT_MS)),
            new RunIdMaker(new SecureRandom()),
            new ServerInfo(config, hub, log, registry)::describe);
    RequestLimits limits =
        new RequestLimits(
            config.get(Setting.REQUEST_BYTES_MAX), config.getInt(Setting.EVENTS_PER_REQUEST_MAX));
    grpc = listen(limits, parts);
  }

  /**
   * Starts a daemon. Blocks until it serves.
   *
   * @throws StartupException if it cannot, with what to do about it; nothing is left running
   */
  public static EiderServer start(ServerConfig config) {
    LOG.info("starting with {}", config);
    Deque<AutoCloseable> undo = new ArrayDeque<>();
    try {
      EiderServer server = new EiderServer(config, undo);
      LOG.info("serving on {}", server.address());
      return server;
    } catch (IOException | StoreException | RuntimeException e) {
      undo.forEach(EiderServer::closeQuietly);
      throw startupFailure(e);
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return grpc.address();
  }

  /**
   * Runs a query of the daemon's own over the events in DuckDB. Blocks.
   *
   * @throws IllegalStateException if DuckDB refuses it
   */
  public SqlTable query(String sql) {
    try {
      return store.query(sql);
    } catch (StoreException e) {
      throw new IllegalStateException("the query failed: " + e.getMessage(), e);
    }
  }

  /** Waits until the daemon has stopped, whoever stopped it. */
  public void awaitStopped() {
    stopped.join();
  }

  /**
   * Stops the daemon cleanly; what is not persisted in time is left to the log. Blocks; can be
   * repeated.
   */
  @Override
  public void close() {
    if (!stopping.compareAndSet(false, true)) {
      awaitStopped();
      return;
    }
    try {
      stop(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(config.get(Setting.STOP_MS)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      stopped.complete(null);
    }
  }

  private void stop(long untilNanos) throws InterruptedException {
    LOG.info("stopping");
    BrokerException refusal =
        BrokerException.of(
            ErrorReason.ERROR_REASON_SHUTTING_DOWN,
            "the daemon is stopping; resume when it is back");
    grpc.endServing();
    writer.refuse();
    grpc.drain(refusal);
    boolean isWritten = writer.stop(leftMs(untilNanos));
    registry.endAll(refusal);
    grpc.stop(Math.min(CALLS_MS, leftMs(untilNanos)));
    boolean isPersisted = isWritten && persister.stop(leftMs(untilNanos));
    if (isPersisted) {
      store.close();
      log.close();
    } else {
      LOG.warn("not everything is in DuckDB yet; the next start takes the rest from the log");
    }
    pools.close();
    dataDir.close();
    LOG.info("stopped");
  }

  private static long leftMs(long untilNanos) {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime()));
  }

  private void healthChanged(LogHealth health) {
    LOG.warn("the log is {}", health);
    GrpcServer started = grpc;
    if (started != null) {
      started.setServing(health == LogHealth.OK);
    }
  }

  private void defectFound(String worker, Throwable defect) {
    LOG.error("the daemon stops, since its worker {} ended: {}", worker, defect.toString());
    new Thread(this::close, "stopper").start();
  }

  private static void closeQuietly(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.warn("after a failed start {} could not be closed", part, e);
    }
  }

  private static RuntimeException startupFailure(Exception e) {
    if (e instanceof StartupException || e instanceof StoreException) {
      return e instanceof StartupException known ? known : new StartupException(message(e), e);
    }
    if (e instanceof LogCorruptedException || e instanceof LogFormatException) {
      return new StartupException(message(e), e);
    }
    return e instanceof RuntimeException defect ? defect : new StartupException(message(e), e);
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }

  private GrpcServer listen(RequestLimits limits, GrpcServer.Parts parts) {
    try {
      return GrpcServer.start(
          new InetSocketAddress(config.host(), config.port()),
          connectionLimits(),
          limits,
          config.get(Setting.CLOSE_WAIT_MS),
          parts);
    } catch (IOException e) {
      throw new StartupException(
          "port "
              + config.port()
              + " of "
              + config.host()
              + " cannot be bound ("
              + Objects.requireNonNullElse(e.getCause(), e).getMessage()
              + "); stop what uses it, or choose another --port (0 takes any free one)",
          e);
    }
  }

  private ConnectionLimits connectionLimits() {
    return new ConnectionLimits(
        config.get(Setting.KEEPALIVE_MS),
        config.get(Setting.KEEPALIVE_TIMEOUT_MS),
        config.get(Setting.CONNECTION_IDLE_MS),
        config.get(Setting.CONNECTION_AGE_MS),
        config.get(Setting.CONNECTION_GRACE_MS));
  }

  private StoreConfig storeConfig() {
    return new StoreConfig(
        dataDir.database(),
        dataDir.temp(),
        config.get(Setting.STORE_MEMORY_BYTES_MAX),
        config.getInt(Setting.STORE_THREADS_MAX),
        config.getInt(Setting.STORE_READERS_MAX));
  }

  private LogConfig logConfig() {
    // A batch ends with the request that reaches its bound, and encoding adds what the daemon fills
    // in.
    long batchBytesMax =
        config.get(Setting.BATCH_BYTES_MAX)
            + 2 * config.get(Setting.REQUEST_BYTES_MAX)
            + BYTES_ADDED_PER_EVENT * config.get(Setting.EVENTS_PER_REQUEST_MAX)
            + (1 << 20);
    return new LogConfig(config.get(Setting.SEGMENT_BYTES_MAX), Math.toIntExact(batchBytesMax));
  }

  private PersisterConfig persisterConfig() {
    return new PersisterConfig(
        config.get(Setting.PERSIST_LINGER_MS),
        config.getInt(Setting.PERSIST_BATCH_EVENTS_MAX),
        config.get(Setting.PERSIST_BATCH_BYTES_MAX),
        config.get(Setting.CHECKPOINT_BYTES),
        config.get(Setting.CHECKPOINT_IDLE_MS));
  }

  private SequencerConfig sequencerConfig() {
    return new SequencerConfig(
        config.async(),
        config.get(Setting.FORCE_INTERVAL_MS),
        config.getInt(Setting.QUEUE_REQUESTS_MAX),
        config.get(Setting.QUEUE_BYTES_MAX),
        config.get(Setting.BATCH_BYTES_MAX),
        config.getInt(Setting.OPEN_RUNS_MAX),
        config.getInt(Setting.PRODUCERS_PER_RUN_MAX),
        config.get(Setting.UNPERSISTED_BYTES_MAX),
        config.get(Setting.GRACE_MS),
        ShardMap.LOCAL);
  }
}
