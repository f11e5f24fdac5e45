package dev.eider.server;

import dev.eider.server.api.WireRules;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Threads;
import dev.eider.server.config.DataDir;
import dev.eider.server.config.DiskFailure;
import dev.eider.server.config.JvmMemory;
import dev.eider.server.config.MemoryBudget;
import dev.eider.server.config.ServerConfig;
import dev.eider.server.config.Setting;
import dev.eider.server.config.StartupException;
import dev.eider.server.files.library.LibraryGround;
import dev.eider.server.files.library.LibraryIndex;
import dev.eider.server.files.library.LibraryReader;
import dev.eider.server.files.library.LibraryScan;
import dev.eider.server.files.transfer.RunFiles;
import dev.eider.server.files.transfer.TransferGround;
import dev.eider.server.files.transfer.Transfers;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogFormatException;
import dev.eider.server.log.segment.FileDisk;
import dev.eider.server.log.segment.SegmentedLog;
import dev.eider.server.query.Queries;
import dev.eider.server.rpc.GrpcServer;
import dev.eider.server.run.RunIdMaker;
import dev.eider.server.sequencer.PublishHealth;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.DuckDbLibrary;
import dev.eider.server.store.duckdb.DuckDbStore;
import dev.eider.server.store.duckdb.LabelledRuns;
import dev.eider.server.upkeep.Chore;
import dev.eider.server.upkeep.Retention;
import dev.eider.server.upkeep.Rewriter;
import dev.eider.server.upkeep.Upkeep;
import dev.eider.v1.ErrorReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private final DuckDbStore store;
  private final Broker broker;
  private final Upkeep upkeep;
  private final Queries queries;
  private final LibraryIndex libraryIndex = new LibraryIndex();
  private final LibraryReader reader;
  private final LibraryScan libraries;
  private final Transfers transfers;
  private final RunFiles runFiles;
  private final GrpcServer grpc;

  /** Written by the sequencer thread, read by the one that starts the daemon. */
  private volatile PublishHealth health = PublishHealth.OK;

  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  private EiderServer(ServerConfig config, Deque<AutoCloseable> undo)
      throws IOException, StoreException {
    this.config = config;
    dataDir = DataDir.take(config.dataDir());
    undo.push(dataDir);
    FileDisk disk = new FileDisk(dataDir.log());
    if (!dataDir.hasDatabase()) {
      // Before DuckDB makes an empty one.
      SegmentedLog.check(disk, 0);
    }
    // Only read until the log turns out to be whole: a refused start changes nothing.
    store = DuckDbStore.look(config.store(dataDir));
    undo.push(store::leave);
    SegmentedLog.check(disk, store.persistedPosition());
    store.prepare();
    reader = new LibraryReader(store.reader(), libraryIndex);
    EventLog log = SegmentedLog.open(disk, config.log(), store.persistedPosition());
    broker =
        Broker.start(
            config,
            new Broker.Ground(log, store, reader, InstantSource.system(), Threads.system()),
            new Broker.Watcher(this::healthChanged, this::defectFound));
    undo.push(() -> broker.stopNow());
    upkeep = new Upkeep(chores(), Threads.system(), this::defectFound);
    undo.push(() -> upkeep.stop(WORKER_MS));
    queries =
        new Queries(
            new Queries.Ground(
                store::querySession, store.reader(), broker.hub(), broker.log()::endPosition),
            config.queries(),
            Threads.system());
    undo.push(queries);
    TransferGround ground = transferGround();
    transfers = new Transfers(ground, config.transfers(), Threads.system());
    undo.push(transfers);
    runFiles =
        new RunFiles(
            ground,
            dataDir.runFiles(),
            (after, runsMax) -> LabelledRuns.closed(store, RunFiles.LABEL, after, runsMax),
            Threads.system(),
            this::defectFound);
    undo.push(runFiles);
    libraries = scanLibraries();
    undo.push(libraries);
    grpc = listen();
    // It may have changed before there was anybody to tell.
    tellHealth();
  }

  /**
   * Begins to load what a start needs, on a thread of its own, so that a start which comes soon is
   * sooner done. Does not block, and logs nothing.
   */
  public static void warmUp() {
    DuckDbLibrary.loadAhead();
  }

  /**
   * Starts a daemon. Blocks until it serves.
   *
   * @throws StartupException if it cannot, with what to do about it; nothing is left running
   */
  public static EiderServer start(ServerConfig config) {
    log().info("starting with {}", config);
    requireMemory(config);
    requireLibraries(config);
    Deque<AutoCloseable> undo = new ArrayDeque<>();
    try {
      EiderServer server = new EiderServer(config, undo);
      log().info("serving on {}", server.address());
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
    log().info("stopping");
    BrokerException refusal =
        BrokerException.of(
            ErrorReason.ERROR_REASON_SHUTTING_DOWN,
            "the daemon is stopping; resume when it is back");
    grpc.endServing();
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

  private void healthChanged(PublishHealth now) {
    log().warn("health is {}", now);
    health = now;
    if (grpc != null) {
      tellHealth();
    }
  }

  private synchronized void tellHealth() {
    grpc.setServing(health == PublishHealth.OK);
  }

  private void defectFound(String worker, Throwable defect) {
    log().error("the daemon stops, since its worker {} ended: {}", worker, defect.toString());
    new Thread(this::close, "stopper").start();
  }

  private static void requireMemory(ServerConfig config) {
    MemoryBudget budget = MemoryBudget.of(config);
    budget.requireWithin(JvmMemory.heapBytesMax(), JvmMemory.directBytesMax());
    log()
        .info(
            "the settings need {} of {} MiB heap and {} of {} MiB direct memory",
            budget.heapBytes() >> 20,
            JvmMemory.heapBytesMax() >> 20,
            budget.directBytes() >> 20,
            JvmMemory.directBytesMax() >> 20);
  }

  private static void requireLibraries(ServerConfig config) {
    Path own = config.dataDir().toAbsolutePath().normalize();
    for (Path library : config.libraries()) {
      if (!Files.isDirectory(library)) {
        throw new StartupException("the library " + library + " is no directory");
      }
      if (library.toAbsolutePath().normalize().startsWith(own)) {
        throw new StartupException(
            "the library " + library + " is in the daemon's own data directory " + own);
      }
    }
  }

  private static void closeQuietly(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      log().warn("after a failed start {} could not be closed", part, e);
    }
  }

  private static RuntimeException startupFailure(Exception e) {
    if (e instanceof StartupException || e instanceof StoreException) {
      return e instanceof StartupException known ? known : new StartupException(message(e), e);
    }
    if (e instanceof LogCorruptedException || e instanceof LogFormatException) {
      return new StartupException(message(e), e);
    }
    IOException io = e instanceof UncheckedIOException unchecked ? unchecked.getCause() : null;
    if (e instanceof IOException || io != null) {
      return new StartupException(
          "the log cannot be used: " + DiskFailure.describe(io == null ? (IOException) e : io), e);
    }
    return e instanceof RuntimeException defect ? defect : new StartupException(message(e), e);
  }

  /** Returns the logger, which is not made before a command has said how much it wants logged. */
  private static Logger log() {
    return LoggerFactory.getLogger(EiderServer.class);
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }

  private List<Chore> chores() {
    InstantSource clock = InstantSource.system();
    return List.of(
        new Retention(store, broker.writer(), clock, config.retention()),
        new Rewriter(store, config.rewrites(), clock));
  }

  private TransferGround transferGround() {
    return new TransferGround(
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

  private LibraryScan scanLibraries() {
    return new LibraryScan(
        config.library(),
        libraryIndex,
        new LibraryGround(
            reader, broker.hub(), broker.writer(), config.scratch(dataDir), new WireRules()),
        Threads.system(),
        this::defectFound);
  }

  private GrpcServer listen() {
    InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
    GrpcServer.Parts parts =
        new GrpcServer.Parts(
            broker.writer(),
            broker.directory(),
            broker.forker(),
            broker.readers(),
            queries,
            transfers,
            new RunIdMaker(new SecureRandom()),
            new ServerInfo(
                    config,
                    broker.hub(),
                    broker.log(),
                    broker.readers().registry(),
                    queries,
                    transfers,
                    libraries)
                ::describe);
    try {
      return GrpcServer.start(
          address,
          config.connections(),
          config.requests(),
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
}
