package dev.eider.server.store.row;

import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one large event at a time, over the whole process, be turned into a row: decoded and written
 * as text it takes several times its size. Thread-safe.
 */
public final class LargeRows {
  private static final int BYTES_MIN = 1 << 20;
  private static final ReentrantLock LOCK = new ReentrantLock();

  private LargeRows() {}

  /**
   * Runs what makes a row of an event that is so long, or reads rows of which none is longer; waits
   * for its turn if that is large.
   *
   * @return how many bytes the rows have in their wide columns
   */
  public static long append(long eventBytes, Row row) throws SQLException {
    if (eventBytes < BYTES_MIN) {
      return row.append();
    }
    LOCK.lock();
    try {
      return row.append();
    } finally {
      LOCK.unlock();
    }
  }

  /** Takes the turn until it is closed, for what reads a large event as well; waits for it. */
  public static Turn take() {
    LOCK.lock();
    return LOCK::unlock;
  }

  /** The turn of whoever took it; given back by the same thread. */
  public interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /** Makes or reads rows, and says how many bytes they have in their wide columns. */
  public interface Row {
    long append() throws SQLException;
  }
}
