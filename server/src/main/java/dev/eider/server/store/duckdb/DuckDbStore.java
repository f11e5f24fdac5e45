package dev.eider.server.store.duckdb;

import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.StagedFile;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdStore;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.DuckDbErrors;
import dev.eider.server.store.connection.Reading;
import dev.eider.server.store.connection.StoreAccess;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.store.connection.StoreConnections;
import dev.eider.server.store.connection.StoreOpener;
import dev.eider.server.store.read.ExpiredRuns;
import dev.eider.server.store.read.LabelledRuns;
import dev.eider.server.store.read.StoreReader;
import dev.eider.server.store.rewrite.Migration;
import dev.eider.server.store.rewrite.Rewriting;
import dev.eider.server.store.sql.SqlSession;
import dev.eider.server.store.write.BatchWriter;
import dev.eider.server.store.write.CheckpointBudget;
import dev.eider.server.store.write.Checkpoints;
import dev.eider.server.store.write.StagingArea;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store in a DuckDB file: written by one thread in large transactions, read by many in short
 * queries. {@link StoreAccess} has its states. While it is failed, the daemon goes on publishing
 * into its log.
 *
 * <p>Everything blocks. {@link #persist}, {@link #checkpoint} and {@link #reopen} are called by the
 * persister's thread only, {@link #close} after that thread has ended; the rest is thread-safe.
 */
public final class DuckDbStore implements ColdStore {
  private static final Logger LOG = LoggerFactory.getLogger(DuckDbStore.class);

  /** The longest wait of a query for a rewritten file to take its place. */
  private static final long SWAP_TIMEOUT_MS = 5_000;

  private final StoreOpener opener;
  private final StoreAccess access;
  private final StagingArea staging;
  private final Checkpoints checkpoints;
  private final BatchWriter batches;
  private final StoreReader reader;
  private final ExpiredRuns expiredRuns;
  private final LabelledRuns labelledRuns;
  private final Rewriting rewriting;

  private DuckDbStore(StoreConfig config, StoreOpener opener, StoreConnections connections) {
    this.opener = opener;
    access = new StoreAccess(opener, connections);
    staging = new StagingArea(config);
    CheckpointBudget budget = new CheckpointBudget(config.memoryLimitBytes());
    checkpoints = new Checkpoints(staging, budget);
    batches = new BatchWriter(config, staging, checkpoints, budget);
    reader = new StoreReader(access);
    expiredRuns = new ExpiredRuns(access);
    labelledRuns = new LabelledRuns(access);
    rewriting = new Rewriting(access, opener, checkpoints);
  }

  /**
   * Opens the file, or creates it.
   *
   * @throws StoreException if it is damaged, held by another process, or of a newer format; the
   *     message says what to do
   */
  public static DuckDbStore open(StoreConfig config) throws StoreException {
    DuckDbStore store = look(config);
    try {
      store.prepare();
      return store;
    } catch (StoreException | RuntimeException e) {
      store.leave();
      throw e;
    }
  }

  /**
   * Opens the file as {@link #open} does, but to read it: until {@link #prepare}, nothing changes
   * it, and {@link #leave} leaves it as it was, to the byte. A file that is missing is made.
   */
  public static DuckDbStore look(StoreConfig config) throws StoreException {
    StoreOpener opener = new StoreOpener(config, Clock.systemUTC());
    DuckDbStore store = new DuckDbStore(config, opener, opener.look());
    LOG.info("opened {}, persisted up to {}", config, store.persistedPosition());
    return store;
  }

  /**
   * Brings the file to this daemon's format; to be called once, before anything is written. On a
   * full disk a file of this format is left to be read as it is, with the views of an earlier
   * start.
   */
  public void prepare() throws StoreException {
    StoreConnections connections = access.connections();
    if (opener.isOlder(connections)) {
      Migration.run(access, opener);
      return;
    }
    long position = persistedPosition();
    try {
      opener.prepare(connections);
    } catch (StoreException e) {
      if (!(e.getCause() instanceof SQLException cause) || !DuckDbErrors.isDiskFull(cause)) {
        throw e;
      }
      LOG.warn("{} can be read but not written", opener.file());
      access.fail(connections, cause);
      reopen(position);
    }
  }

  @Override
  public boolean isFailed() {
    return access.isFailed();
  }

  @Override
  public long persistedPosition() throws StoreException {
    return access.persistedPosition();
  }

  @Override
  public List<FoldedRun> openRuns() throws StoreException {
    return reader.openRuns();
  }

  @Override
  public void persist(PersistBatch batch) throws StoreException {
    access.write("persist up to " + batch.nextPosition(), writer -> batches.write(writer, batch));
  }

  @Override
  public void requireStaged(Collection<StagedFile> files) throws StoreException {
    staging.require(files);
  }

  @Override
  public boolean checkpoint() throws StoreException {
    return access.write("checkpoint", checkpoints::make);
  }

  @Override
  public boolean needsCheckpoint() {
    return checkpoints.isDue();
  }

  @Override
  public long usableBytes() {
    return opener.usableBytes();
  }

  @Override
  public ColdReader reader() {
    return reader;
  }

  /** Returns what finds closed runs by their labels. */
  public LabelledRuns labelledRuns() {
    return labelledRuns;
  }

  /** Returns what finds the closed runs that are to go. */
  public ExpiredRuns expiredRuns() {
    return expiredRuns;
  }

  /** Runs a reading on a read connection, waiting for one, and for the store, if need be. */
  public <T> T read(Reading<T> reading) throws StoreException {
    return access.read(reading);
  }

  /**
   * Lends a connection for a query of a caller, to be closed when it is answered; waits for the
   * store to be reopened if need be. More than {@link StoreConfig#queriesMax} wait.
   *
   * @throws StoreException if none came back in time
   */
  public SqlSession querySession() throws StoreException {
    rewriting.awaitSwapped(SWAP_TIMEOUT_MS);
    return access.lend();
  }

  @Override
  public boolean swapIfReady() throws StoreException {
    return rewriting.swapIfReady();
  }

  /** Returns what rewrites the file, for the one thread that does. */
  public Rewriting rewriting() {
    return rewriting;
  }

  @Override
  public void reopen(long positionMin) throws StoreException {
    access.reopen(positionMin);
  }

  /** Checkpoints and closes; can be repeated. Waits for queries under way, but not for ever. */
  @Override
  public void close() {
    if (access.isOpen()) {
      try {
        if (!checkpoint()) {
          LOG.warn("closing without a checkpoint; DuckDB replays its log at the next start");
        }
      } catch (StoreException e) {
        LOG.warn("closing without a checkpoint; DuckDB replays its log at the next start", e);
      }
    }
    leave();
  }

  /** Closes without a checkpoint; can be repeated. Waits for queries under way, not for ever. */
  public void leave() {
    access.close();
  }
}
