package dev.eider.server.store.connection;

import static dev.eider.server.base.Invariants.require;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.eider.server.store.ColdStore;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.StoreState.Mode;
import dev.eider.server.store.sql.QueryException;
import dev.eider.server.store.sql.SqlSession;
import java.sql.SQLException;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the file's connections, through its failures.
 *
 * <p>Problem: once a write fails (disk full, I/O), DuckDB may have torn its write-ahead log or
 * invalidated the whole instance, and only closing every connection and opening the file again
 * brings it back, with all that was committed. So the file is <em>open</em>, <em>failed</em> or
 * <em>closed</em>:
 *
 * <pre>
 *   open --(a write throws; a read finds the instance invalidated)--> failed
 *   failed --(reopen)--> open
 *   open --(release, for a rewritten file to take its place)--> failed, at once reopened
 *   open, failed --(close)--> closed
 * </pre>
 *
 * A failed one has no connections but those on which a query is still running; every call but
 * {@link #reopen} and {@link #close} throws, readers after having waited for the reopening, which
 * comes soon. An error of a query alone (a conversion, too little memory) fails the query and
 * nothing else.
 *
 * <p>Everything blocks. {@link #write} and {@link #reopen} are called by the persister's thread
 * only, {@link #close} after that thread has ended; the rest is thread-safe.
 */
public final class StoreAccess {
  private static final Logger LOG = LoggerFactory.getLogger(StoreAccess.class);

  /** The longest wait for a free read connection. */
  private static final long BORROW_TIMEOUT_MS = 5_000;

  /** The longest wait for the readers of a failed or closing file. */
  private static final long DRAIN_TIMEOUT_MS = 5_000;

  private final StoreOpener opener;
  private final QueryFailures queryFailures;
  private final Object transition = new Object();

  /** Read by every thread, changed by {@link #replace} alone. */
  private volatile StoreState state;

  /** Takes over the connections. */
  public StoreAccess(StoreOpener opener, StoreConnections connections) {
    this.opener = opener;
    queryFailures = new QueryFailures(opener.file());
    state = new StoreState(Mode.OPEN, connections);
  }

  /** Returns whether the file can be used. Does not block. */
  public boolean isOpen() {
    return state.mode() == Mode.OPEN;
  }

  /** Returns whether the file has to be reopened. Does not block. */
  public boolean isFailed() {
    return state.mode() == Mode.FAILED;
  }

  /** Returns the log position up to which the file holds everything, exclusive. */
  public long persistedPosition() throws StoreException {
    return readNow(PersistedPosition::read);
  }

  /** Returns the connections of an open file. Does not block. */
  public StoreConnections connections() throws StoreException {
    StoreState now = state;
    if (now.mode() != Mode.OPEN) {
      throw new StoreException(now.mode().refusal);
    }
    return now.connections();
  }

  /**
   * Runs a writing on the writer.
   *
   * @param what completes the message "cannot ..."
   * @throws StoreException if it failed; the file has failed then too
   */
  public <T> T write(String what, Reading<T> writing) throws StoreException {
    StoreConnections connections = connections();
    try {
      return writing.read(connections.writer());
    } catch (SQLException e) {
      throw failed(connections, "cannot " + what, e);
    } catch (RuntimeException | Error e) {
      fail(connections, e);
      throw e;
    }
  }

  /** Runs a reading on a read connection; waits for one, and for the file to be reopened. */
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

  /** Runs a reading on a read connection; waits for one, but fails at once if the file has. */
  public <T> T readNow(Reading<T> reading) throws StoreException {
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

  /** Lends a connection to a query of a caller; waits for one, and for the file to be reopened. */
  public SqlSession lend() throws StoreException {
    awaitReopened();
    StoreConnections connections = connections();
    return connections.lend(BORROW_TIMEOUT_MS, failure -> queryEnded(connections, failure));
  }

  private void queryEnded(StoreConnections connections, QueryException failure) {
    if (failure.kind() == QueryException.Kind.STORE_FAILED) {
      fail(connections, failure);
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

  private StoreException failed(StoreConnections connections, String what, SQLException cause) {
    fail(connections, cause);
    return DuckDbErrors.storeException(what + ": " + cause.getMessage(), cause);
  }

  /** Closes the connections, unless the file has failed or been reopened already. */
  public void fail(StoreConnections connections, Throwable cause) {
    StoreState now = state;
    if (now.mode() == Mode.OPEN
        && now.connections() == connections
        && replace(now, new StoreState(Mode.FAILED, connections))) {
      LOG.warn("the store failed and has to be reopened: {}", cause.toString());
      connections.close();
    }
  }

  /**
   * Closes the connections as a failure does, so that readers wait; the persister's thread reopens
   * the file at once.
   *
   * @return false if the file is still being read, or has failed meanwhile
   */
  public boolean release(StoreConnections connections) {
    StoreState now = state;
    return now.mode() == Mode.OPEN
        && now.connections() == connections
        && replace(now, new StoreState(Mode.FAILED, connections))
        && connections.closeAndAwait(DRAIN_TIMEOUT_MS);
  }

  /** Opens a failed file again, as {@link ColdStore#reopen} says; does nothing to an open one. */
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
      DuckDBConnection connection = connections.borrow(BORROW_TIMEOUT_MS);
      ColdStore.requireNotBefore(
          positionMin, read(connections, connection, PersistedPosition::read));
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

  /** Closes without a checkpoint; can be repeated. Waits for queries under way, not for ever. */
  public void close() {
    StoreState last = state;
    while (!replace(last, new StoreState(Mode.CLOSED, last.connections()))) {
      last = state;
    }
    if (!last.connections().closeAndAwait(DRAIN_TIMEOUT_MS)) {
      LOG.warn("a query is still running; the file stays attached until it ends");
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
