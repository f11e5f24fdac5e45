package dev.eider.server.store.connection;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.server.store.StoreException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.duckdb.DuckDBConnection;

/**
 * A pool of read connections, each borrowed by one thread at a time. Closing the pool closes the
 * idle ones at once and the borrowed ones as they come back, because closing one in the middle of a
 * query would pull it away from under its reader. Thread-safe.
 */
final class ReaderPool {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final int size;

  @GuardedBy("lock")
  private final Deque<DuckDBConnection> idle;

  @GuardedBy("lock")
  private int open;

  @GuardedBy("lock")
  private boolean closing;

  /** Takes over the connections. */
  ReaderPool(List<DuckDBConnection> connections) {
    this.size = connections.size();
    this.idle = new ArrayDeque<>(connections);
    this.open = connections.size();
  }

  /** Borrows a connection, which must be given back; waits up to {@code timeoutMs} for one. */
  DuckDBConnection borrow(long timeoutMs) throws StoreException {
    long leftNanos = MILLISECONDS.toNanos(timeoutMs);
    lock.lock();
    try {
      while (idle.isEmpty() && !closing) {
        if (leftNanos <= 0) {
          throw new StoreException(
              "all %d read connections were in use for %d ms".formatted(size, timeoutMs));
        }
        leftNanos = changed.awaitNanos(leftNanos);
      }
      if (closing) {
        throw new StoreException("the store is being closed");
      }
      return idle.removeFirst();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while waiting for a read connection", e);
    } finally {
      lock.unlock();
    }
  }

  void giveBack(DuckDBConnection connection) throws SQLException {
    lock.lock();
    try {
      if (!closing) {
        idle.addFirst(connection);
        changed.signalAll();
        return;
      }
    } finally {
      lock.unlock();
    }
    close(List.of(connection));
  }

  /** Closes the idle connections; does not wait. */
  void close() throws SQLException {
    List<DuckDBConnection> resting;
    lock.lock();
    try {
      closing = true;
      resting = new ArrayList<>(idle);
      idle.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    close(resting);
  }

  /** Waits until every connection is closed; returns false if one is still open by then. */
  boolean awaitClosed(long timeoutMs) {
    long leftNanos = MILLISECONDS.toNanos(timeoutMs);
    lock.lock();
    try {
      while (open > 0 && leftNanos > 0) {
        leftNanos = changed.awaitNanos(leftNanos);
      }
      return open == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void close(List<DuckDBConnection> connections) throws SQLException {
    for (DuckDBConnection connection : connections) {
      connection.close();
    }
    lock.lock();
    try {
      open -= connections.size();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
