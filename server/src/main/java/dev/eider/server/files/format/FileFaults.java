package dev.eider.server.files.format;

import dev.eider.server.base.BrokerException;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.DuckDbErrors;
import dev.eider.v1.ErrorReason;
import java.sql.SQLException;

/** Makes the exceptions for faults of a file. */
final class FileFaults {
  private FileFaults() {}

  static BrokerException invalid(String problem) {
    return BrokerException.of(ErrorReason.ERROR_REASON_INVALID_FILE, problem);
  }

  static BrokerException ofRun(String runId, String problem) {
    return invalid(named(runId) + ": " + problem).with("run_id", runId);
  }

  static BrokerException ofRow(String runId, long seq, String problem) {
    return invalid(named(runId) + ", row " + seq + ": " + problem)
        .with("run_id", runId)
        .with("seq", seq);
  }

  private static String named(String runId) {
    return runId.isEmpty() ? "rows without a run_id" : "run " + runId;
  }

  /** Returns that another process has the file open for writing. */
  static StoreException locked(SQLException e) {
    return new StoreException("it is open for writing elsewhere: " + e.getMessage(), e);
  }

  /**
   * Translates an error of DuckDB's on reading a file: if the file is in use, or memory or room is
   * lacking, that is no fault of the file.
   */
  static StoreException unreadable(SQLException e) throws StoreException {
    if (DuckDbErrors.isLocked(e)) {
      throw locked(e);
    }
    if (DuckDbErrors.isOutOfMemory(e)
        || DuckDbErrors.isDiskFull(e)
        || DuckDbErrors.isInterrupted(e)) {
      throw ScratchDatabase.unavailable("the file cannot be read", e);
    }
    throw invalid("DuckDB cannot read it: " + e.getMessage());
  }
}
