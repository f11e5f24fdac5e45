package dev.eider.server;

import dev.eider.server.api.RequestValidator;
import dev.eider.server.api.WireRules;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.HeldThreads;
import dev.eider.server.base.SystemThreads;
import dev.eider.server.base.Threads;
import dev.eider.server.base.Undo;
import dev.eider.server.config.DataDir;
import dev.eider.server.config.MemoryBudget;
import dev.eider.server.config.ServerConfig;
import dev.eider.server.config.Setting;
import dev.eider.server.config.StartupException;
import dev.eider.server.files.library.LibraryDependencies;
import dev.eider.server.files.library.LibraryIndex;
import dev.eider.server.files.library.LibraryReader;
import dev.eider.server.files.library.LibraryScan;
import dev.eider.server.files.transfer.RunFiles;
import dev.eider.server.files.transfer.TransferDependencies;
import dev.eider.server.files.transfer.Transfers;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.segment.FileDisk;
import dev.eider.server.log.segment.SegmentedLog;
import dev.eider.server.query.Queries;
import dev.eider.server.query.QueryDependencies;
import dev.eider.server.rpc.GrpcServer;
import dev.eider.server.rpc.ServingState;
import dev.eider.server.run.RunIdMaker;
import dev.eider.server.sequencer.PublishHealth;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.DuckDbLibrary;
import dev.eider.server.store.duckdb.DuckDbStore;
import dev.eider.server.upkeep.Retention;
import dev.eider.server.upkeep.Rewriter;
import dev.eider.server.upkeep.Upkeep;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon: a {@link Broker} on the files of a data directory, and a socket.
 *
 * <p>A stop goes the way of the flow: no new calls, finish what was accepted, end the streams,
 * persist, checkpoint. Thread-safe.
 */
public final class EiderServer implements AutoCloseable {
  private static final long CALLS_MS = 1_500;
  private static final long WORKER_MS = 2_000;

  private final ServerConfig config;
  private final DataDir dataDir;
  private final ServingState state = new ServingState();
  private final Broker broker;
  private final Upkeep upkeep;
  private final Queries queries;
  private final LibraryScan libraries;
  private final Transfers transfers;
  private final RunFiles runFiles;
  private final GrpcServer grpc;

  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  /** Makes every part, the ones that others need first. None of their workers runs yet. */
  private EiderServer(
      ServerConfig config, Threads threads, BiConsumer<String, Throwable> onDefect, Undo undo)
      throws IOException, StoreException {
    this.config = config;
    dataDir = DataDir.take(config.dataDir());
    undo.push(dataDir);
    FileDisk disk = new FileDisk(dataDir.log());
    DuckDbStore store = openStore(config, dataDir, disk, undo);
    EventLog log = SegmentedLog.open(disk, config.log(), store.persistedPosition());
    undo.push(log);
    InstantSource clock = InstantSource.system();
    LibraryIndex index = new LibraryIndex();
    LibraryReader reader = new LibraryReader(store.reader(), index);
    broker =
        Broker.start(
            config,
            new Broker.Ground(log, store, reader, clock, threads),
            new Broker.Watcher(now -> tellHealth(state, now), onDefect),
            undo);
    Retention retention = new Retention(store, broker.writer(), clock, config.retention());
    Rewriter rewriter = new Rewriter(store, config.rewrites(), clock);
    upkeep = new Upkeep(List.of(retention, rewriter), threads, onDefect);
    undo.push(() -> upkeep.stop(WORKER_MS));
    TransferDependencies forTransfers = transferDependencies(config, dataDir, broker, reader);
    transfers = new Transfers(forTransfers, config.transfers(), threads);
    undo.push(transfers);
    queries =
        new Queries(
            new QueryDependencies(
                store::querySession,
                store.reader(),
                broker.hub(),
                broker.log()::endPosition,
                scratchBytes(config, dataDir, transfers)),
            config.queries(),
            threads);
    undo.push(queries);
    runFiles =
        new RunFiles(
            forTransfers,
            dataDir.runFiles(),
            (after, runsMax) -> store.labelledRuns().closed(RunFiles.LABEL, after, runsMax),
            threads,
            onDefect);
    undo.push(runFiles);
    LibraryDependencies forLibraries =
        new LibraryDependencies(
            reader, broker.hub(), broker.writer(), config.scratch(dataDir), new WireRules());
    libraries = new LibraryScan(config.library(), index, forLibraries, threads, onDefect);
    undo.push(libraries);
    grpc =
        new GrpcServer(
            new InetSocketAddress(config.host(), config.port()),
            config.connections(),
            config.requests(),
            config.get(Setting.CLOSE_WAIT_MS),
            doorParts());
    undo.push(() -> grpc.stopNow(CALLS_MS));
  }

  /** Loads what a start needs on a thread of its own. Does not block, and logs nothing. */
  public static void warmUp() {
    DuckDbLibrary.loadAhead();
  }

  /** Starts a daemon. Blocks until it serves; a StartupException leaves nothing running. */
  public static EiderServer start(ServerConfig config) {
    return start(config, SystemThreads.INSTANCE);
  }

  /** Starts a daemon on other threads. */
  static EiderServer start(ServerConfig config, Threads threads) {
    log().info("starting with {}", config);
    requireMemory(config);
    config.requireLibraries();
    HeldThreads held = new HeldThreads(threads);
    CompletableFuture<EarlyEnd> earlyEnd = new CompletableFuture<>();
    Undo undo = new Undo();
    try {
      EiderServer server =
          new EiderServer(
              config,
              held,
              (worker, defect) -> earlyEnd.complete(new EarlyEnd(worker, defect)),
              undo);
      held.release();
      server.listen();
      if (earlyEnd.isDone()) {
        throw earlyEnd.join().failure();
      }
      server.state.started();
      CompletableFuture<Void> unused = earlyEnd.thenAccept(server::stopAfter);
      log().info("serving on {}", server.address());
      return server;
    } catch (IOException | StoreException | RuntimeException e) {
      undo.close();
      throw StartupException.of(e);
    }
  }

  /** Returns the address it listens on. */
  public InetSocketAddress address() {
    return grpc.address();
  }

  /** Waits until the daemon has stopped, whoever stopped it. */
  public void awaitStopped() {
    stopped.join();
  }

  /** Stops the daemon; what is not persisted in time is left to the log. Blocks; repeatable. */
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
    log().info("stopping");
    BrokerException refusal = RequestValidator.shuttingDown();
    state.end();
    broker.writer().refuse();
    boolean isUpkept = upkeep.stop(Math.min(WORKER_MS, leftMs(untilNanos)));
    libraries.close();
    grpc.drain(refusal);
    boolean isWritten = broker.stopWriting(refusal, leftMs(untilNanos));
    queries.endAll(refusal);
    transfers.endAll(refusal);
    runFiles.close();
    grpc.stop(Math.min(CALLS_MS, leftMs(untilNanos)));
    if (!isUpkept || !isWritten || !broker.stopPersisting(leftMs(untilNanos))) {
      log().warn("not everything is in DuckDB yet; the next start takes the rest from the log");
    }
    queries.close();
    transfers.close();
    broker.stopReading();
    dataDir.close();
    log().info("stopped");
  }

  private static long leftMs(long untilNanos) {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime()));
  }

  private static void tellHealth(ServingState state, PublishHealth now) {
    log().warn("health is {}", now);
    state.setAccepting(now == PublishHealth.OK);
  }

  private void stopAfter(EarlyEnd end) {
    log()
        .error(
            "the daemon stops, since its worker {} ended: {}", end.worker, end.defect.toString());
    new Thread(this::close, "stopper").start();
  }

  private static void requireMemory(ServerConfig config) {
    MemoryBudget budget = MemoryBudget.require(config, MemoryBudget.directBytesMax());
    Logger log = log();
    log.info(
        "the settings need {} of {} MiB heap and {} of {} MiB direct memory",
        budget.heapBytes() >> 20,
        config.heapBytes() >> 20,
        budget.directBytes() >> 20,
        MemoryBudget.directBytesMax() >> 20);
  }

  /** Returns the logger, which is not made before a command has said how much it wants logged. */
  private static Logger log() {
    return LoggerFactory.getLogger(EiderServer.class);
  }

  /** Opens DuckDB, which is only read until the log turns out to be whole. */
  private static DuckDbStore openStore(
      ServerConfig config, DataDir dataDir, FileDisk disk, Undo undo)
      throws IOException, StoreException {
    if (!dataDir.hasDatabase()) {
      // Before DuckDB makes an empty one.
      SegmentedLog.check(disk, 0);
    }
    DuckDbStore store = DuckDbStore.look(config.store(dataDir));
    undo.push(store::leave);
    SegmentedLog.check(disk, store.persistedPosition());
    store.prepare();
    return store;
  }

  /** Returns what the databases of transfers, of a run's own file and of a library may take. */
  private static LongSupplier scratchBytes(
      ServerConfig config, DataDir dataDir, Transfers transfers) {
    long bytes = config.scratch(dataDir).memoryBytesMax();
    int others = config.libraries().isEmpty() ? 1 : 2;
    return () -> (others + transfers.count()) * bytes;
  }

  private static TransferDependencies transferDependencies(
      ServerConfig config, DataDir dataDir, Broker broker, LibraryReader reader) {
    return new TransferDependencies(
        reader,
        broker.hub(),
        broker.log()::endPosition,
        broker.writer(),
        dataDir.temp(),
        dataDir.staging(),
        config.scratch(dataDir),
        new WireRules(),
        InstantSource.system());
  }

  private GrpcServer.Parts doorParts() {
    ServerInfo info =
        new ServerInfo(
            config,
            broker.hub(),
            broker.log(),
            broker.readers().registry(),
            queries,
            transfers,
            libraries);
    return new GrpcServer.Parts(
        broker.writer(),
        broker.directory(),
        broker.forker(),
        broker.readers(),
        queries,
        transfers,
        new RunIdMaker(new SecureRandom()),
        state,
        info::describe);
  }

  private void listen() {
    try {
      grpc.start();
    } catch (IOException e) {
      throw new StartupException(
          ("port %s of %s cannot be bound (%s); stop what uses it, or choose another"
                  + " --port (0 takes any free one)")
              .formatted(
                  config.port(),
                  config.host(),
                  Objects.requireNonNullElse(e.getCause(), e).getMessage()),
          e);
    }
  }

  /** The first worker that ended before it was told to, and why. */
  private record EarlyEnd(String worker, Throwable defect) {
    RuntimeException failure() {
      return defect instanceof LogCorruptedException damage
          ? damage
          : new IllegalStateException(
              "the worker " + worker + " ended while the daemon started: " + defect, defect);
    }
  }
}
