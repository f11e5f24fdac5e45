package dev.eider.server.store.duckdb;

import static dev.eider.server.base.Invariants.require;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.StagedFile;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdStore;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.DuckDbErrors;
import dev.eider.server.store.connection.Reading;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.store.connection.StoreConnections;
import dev.eider.server.store.connection.StoreOpener;
import dev.eider.server.store.duckdb.StoreState.Mode;
import dev.eider.server.store.read.RunQueries;
import dev.eider.server.store.rewrite.Rewriting;
import dev.eider.server.store.sql.QueryException;
import dev.eider.server.store.sql.QueryFailures;
import dev.eider.server.store.sql.SqlSession;
import dev.eider.server.store.write.Checkpoints;
import dev.eider.server.store.write.StagingArea;
import dev.eider.server.store.write.StoreTransaction;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DuckDB file: written by one thread in large transactions, read by many in short queries.
 *
 * <p>Problem: once a write fails (disk full, I/O), DuckDB may have torn its write-ahead log or
 * invalidated the whole instance, and only closing every connection and opening the file again
 * brings it back, with all that was committed. So a store is <em>open</em>, <em>failed</em> or
 * <em>closed</em>:
 *
 * <pre>
 *   open --(a persist or checkpoint throws; a read finds the instance invalidated)--> failed
 *   failed --(reopen)--> open
 *   open --(a rewritten file takes the place of the old one)--> failed, at once reopened
 *   open, failed --(close)--> closed
 * </pre>
 *
 * A failed store has no connections but those on which a query is still running; every call but
 * {@link #reopen} and {@link #close} throws, readers after having waited for the reopening, which
 * comes soon. The daemon goes on publishing into its log meanwhile. An error of a query alone (a
 * conversion, too little memory) fails the query and not the store.
 *
 * <p>Everything blocks. {@link #persist}, {@link #checkpoint} and {@link #reopen} are called by the
 * persister's thread only, {@link #close} after that thread has ended; the rest is thread-safe.
 */
public final class DuckDbStore implements ColdStore {
  private static final Logger LOG = LoggerFactory.getLogger(DuckDbStore.class);

  /** The longest wait for a free read connection. */
  private static final long BORROW_TIMEOUT_MS = 5_000;

  /** The longest wait for the readers of a failed or closing store. */
  private static final long DRAIN_TIMEOUT_MS = 5_000;

  private final StoreOpener opener;
  private final StagingArea staging;
  private final Checkpoints checkpoints;
  private final ColdReader reader = new StoreReader(this);
  private final Object transition = new Object();
  private final QueryFailures queryFailures;
  private final Rewriting rewriting;

  /** Read by every thread, changed by {@link #replace} alone. */
  private volatile StoreState state;

  private DuckDbStore(StoreOpener opener, StoreConnections connections) {
    this.opener = opener;
    this.staging = opener.newStagingArea();
    this.checkpoints = new Checkpoints(staging, opener.memoryLimitBytes());
    this.state = new StoreState(Mode.OPEN, connections);
    queryFailures = new QueryFailures(opener.file());
    rewriting = new Rewriting(this, opener);
  }

  /**
   * Opens the file, or creates it.
   *
   * @throws StoreException if it is damaged, held by another process, or of a newer format; the
   *     message says what to do
   */
  public static DuckDbStore open(StoreConfig config) throws StoreException {
    return open(config, Clock.systemUTC());
  }

  static DuckDbStore open(StoreConfig config, Clock clock) throws StoreException {
    DuckDbStore store = look(config, clock);
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
    return look(config, Clock.systemUTC());
  }

  private static DuckDbStore look(StoreConfig config, Clock clock) throws StoreException {
    StoreOpener opener = new StoreOpener(config, clock);
    DuckDbStore store = new DuckDbStore(opener, opener.look());
    LOG.info("opened {}, persisted up to {}", config, store.persistedPosition());
    return store;
  }

  /**
   * Brings the file to this daemon's format; to be called once, before anything is written. On a
   * full disk the file is left to be read as it is, with the views of an earlier start.
   */
  public void prepare() throws StoreException {
    StoreConnections connections = connections();
    long position = persistedPosition();
    try {
      opener.prepare(connections);
    } catch (StoreException e) {
      if (!(e.getCause() instanceof SQLException cause) || !DuckDbErrors.isDiskFull(cause)) {
        throw e;
      }
      LOG.warn("{} can be read but not written", opener.file());
      fail(connections, cause);
      reopen(position);
    }
  }

  @Override
  public boolean isFailed() {
    return state.mode() == Mode.FAILED;
  }

  @Override
  public long persistedPosition() throws StoreException {
    return readNow(StoreTransaction::persistedPosition);
  }

  @Override
  public List<FoldedRun> openRuns() throws StoreException {
    return readNow(RunQueries::open);
  }

  @Override
  public void persist(PersistBatch batch) throws StoreException {
    StoreConnections connections = connections();
    try {
      StoreTransaction.write(connections.writer(), batch, staging, checkpoints);
      staging.committed(batch.staged());
    } catch (SQLException e) {
      throw failed(connections, "cannot persist up to " + batch.nextPosition(), e);
    } catch (RuntimeException | Error e) {
      fail(connections, e);
      throw e;
    }
  }

  @Override
  public void requireStaged(Collection<StagedFile> files) throws StoreException {
    staging.require(files);
  }

  @Override
  public boolean checkpoint() throws StoreException {
    StoreConnections connections = connections();
    try {
      return checkpoints.make(connections.writer());
    } catch (SQLException e) {
      throw failed(connections, "cannot checkpoint", e);
    }
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

  /**
   * Lends a connection for a query of a caller, to be closed when it is answered; waits for the
   * store to be reopened if need be. More than {@link StoreConfig#queriesMax} wait.
   *
   * @throws StoreException if none came back in time
   */
  public SqlSession querySession() throws StoreException {
    rewriting.awaitSwapped(BORROW_TIMEOUT_MS);
    awaitReopened();
    StoreConnections connections = connections();
    return connections.lend(BORROW_TIMEOUT_MS, failure -> queryEnded(connections, failure));
  }

  private void queryEnded(StoreConnections connections, QueryException failure) {
    if (failure.kind() == QueryException.Kind.STORE_FAILED) {
      fail(connections, failure);
    }
  }

  @Override
  public boolean swapIfReady() throws StoreException {
    return rewriting.swapIfReady();
  }

  /** What rewrites the file, for the one thread that does. */
  public Rewriting rewriting() {
    return rewriting;
  }

  /**
   * Has readers wait, and lets go of the file as a failure does; the persister's thread opens it
   * again at once.
   *
   * @return false when somebody is still reading it, or it has failed meanwhile
   */
  public boolean letGo(StoreConnections connections) {
    StoreState now = state;
    return now.mode() == Mode.OPEN
        && now.connections() == connections
        && replace(now, new StoreState(Mode.FAILED, connections))
        && connections.closeAndAwait(DRAIN_TIMEOUT_MS);
  }

  @Override
  public void reopen(long positionMin) throws StoreException {
    StoreState failed = state;
    if (failed.mode() == Mode.OPEN) {
      return;
    }
    require(failed.mode() == Mode.FAILED, "a closed store cannot be reopened");
    if (!failed.connections().closeAndAwait(DRAIN_TIMEOUT_MS)) {
      throw new StoreException("a query of the failed store is still running");
    }
    StoreConnections connections = opener.openAgain();
    try {
      long position =
          read(
              connections,
              connections.borrow(BORROW_TIMEOUT_MS),
              StoreTransaction::persistedPosition);
      ColdStore.requireNotBefore(positionMin, position);
    } catch (StoreException | RuntimeException e) {
      connections.close();
      throw e;
    }
    if (!replace(failed, new StoreState(Mode.OPEN, connections))) {
      connections.close();
      throw new StoreException(state.mode().refusal);
    }
    LOG.debug("the store is open again");
  }

  /** Checkpoints and closes; can be repeated. Waits for queries under way, but not for ever. */
  @Override
  public void close() {
    StoreState last = state;
    if (last.mode() == Mode.OPEN) {
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
    StoreState last = state;
    while (!replace(last, new StoreState(Mode.CLOSED, last.connections()))) {
      last = state;
    }
    if (!last.connections().closeAndAwait(DRAIN_TIMEOUT_MS)) {
      LOG.warn("a query is still running; the file stays attached until it ends");
    }
  }

  /** Runs a reading on a read connection, waiting for one, and for the store, if need be. */
  public <T> T read(Reading<T> reading) throws StoreException {
    awaitReopened();
    StoreConnections connections = connections();
    DuckDBConnection connection;
    try {
      connection = connections.borrow(BORROW_TIMEOUT_MS);
    } catch (StoreException e) {
      // Closed between the two: once more on what has been opened since.
      awaitReopened();
      StoreConnections newer = connections();
      if (newer == connections) {
        throw e;
      }
      return read(newer, newer.borrow(BORROW_TIMEOUT_MS), reading);
    }
    return read(connections, connection, reading);
  }

  private <T> T readNow(Reading<T> reading) throws StoreException {
    StoreConnections connections = connections();
    return read(connections, connections.borrow(BORROW_TIMEOUT_MS), reading);
  }

  private <T> T read(StoreConnections connections, DuckDBConnection connection, Reading<T> reading)
      throws StoreException {
    try {
      return reading.read(connection);
    } catch (SQLException e) {
      if (DuckDbErrors.invalidatesStore(e)) {
        throw failed(connections, "cannot read", e);
      }
      throw queryFailures.of(e);
    } finally {
      connections.giveBack(connection);
    }
  }

  private void awaitReopened() throws StoreException {
    long deadlineNanos = System.nanoTime() + MILLISECONDS.toNanos(BORROW_TIMEOUT_MS);
    synchronized (transition) {
      long leftMs = BORROW_TIMEOUT_MS;
      while (isFailed() && leftMs > 0) {
        try {
          transition.wait(leftMs);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new StoreException("interrupted while the store is being reopened", e);
        }
        leftMs = NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
      }
    }
  }

  public StoreConnections connections() throws StoreException {
    StoreState now = state;
    if (now.mode() != Mode.OPEN) {
      throw new StoreException(now.mode().refusal);
    }
    return now.connections();
  }

  private StoreException failed(StoreConnections connections, String what, SQLException cause) {
    fail(connections, cause);
    return new StoreException(what + ": " + cause.getMessage(), cause);
  }

  /** Closes the store's connections, unless it has failed or been reopened already. */
  private void fail(StoreConnections connections, Throwable cause) {
    StoreState now = state;
    if (now.mode() == Mode.OPEN
        && now.connections() == connections
        && replace(now, new StoreState(Mode.FAILED, connections))) {
      LOG.warn("the store failed and has to be reopened: {}", cause.toString());
      connections.close();
    }
  }

  private boolean replace(StoreState expected, StoreState next) {
    synchronized (transition) {
      if (!state.equals(expected)) {
        return false;
      }
      state = next;
      transition.notifyAll();
      return true;
    }
  }
}
