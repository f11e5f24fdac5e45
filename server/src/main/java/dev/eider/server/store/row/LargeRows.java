package dev.eider.server.store.row;

import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Serializes the conversion of large events over the whole process: decoded and written as text,
 * one takes several times its size. Thread-safe.
 */
public final class LargeRows {
  private static final int BYTES_MIN = 1 << 20;
  private static final ReentrantLock LOCK = new ReentrantLock();

  private LargeRows() {}

  /**
   * Converts an event to a row, or reads rows; waits for its turn if that is large.
   *
   * @param eventBytes the length of the event, or of the longest row
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

  /** Takes the turn until it is closed, to read what may be large; waits for it. */
  public static Turn take() {
    LOCK.lock();
    return LOCK::unlock;
  }

  /** The turn, given back by the thread that took it. */
  public interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /** Writes or reads rows; returns their bytes in the wide columns. */
  public interface Row {
    long append() throws SQLException;
  }
}
