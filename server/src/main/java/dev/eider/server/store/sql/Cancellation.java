package dev.eider.server.store.sql;

import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Cancels a series of statements from another thread: the one that runs, and all that would come
 * after it. Thread-safe.
 */
public final class Cancellation {
  // Written by the thread that runs the statements, read by those that cancel.
  private volatile @Nullable Statement running;
  private volatile boolean isCancelled;

  /**
   * Names the statement that runs next.
   *
   * @throws SQLException if the series is cancelled already; worded as DuckDB's own interrupt
   */
  public void beforeRunning(Statement statement) throws SQLException {
    running = statement;
    if (isCancelled) {
      throw new SQLException("INTERRUPT Error: cancelled");
    }
  }

  /** Forgets the statement that ran. */
  public void afterRunning() {
    running = null;
  }

  /** Interrupts the statement that runs, and has the next one fail. Does not block. */
  public void cancel() {
    isCancelled = true;
    Statement interrupted = running;
    if (interrupted != null) {
      try {
        interrupted.cancel();
      } catch (SQLException e) {
        // It has just ended.
        return;
      }
    }
  }

  public boolean isCancelled() {
    return isCancelled;
  }
}
