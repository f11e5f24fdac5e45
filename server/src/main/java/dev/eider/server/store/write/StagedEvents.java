package dev.eider.server.store.write;

import dev.eider.server.base.Invariants;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.RunId;
import dev.eider.server.store.EventRow;
import dev.eider.server.store.StagedRows;
import dev.eider.server.store.connection.Schema;
import dev.eider.server.store.row.LargeRows;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Appends the events of a staged file, in several goes. Used by one thread. */
final class StagedEvents {
  private final StagedRows staged;
  private final ResultSet rows;
  private String runId = "";
  private long seq;
  private long count;

  /**
   * @param rows run id, seq, length and bytes of each event
   */
  StagedEvents(StagedRows staged, ResultSet rows) {
    this.staged = staged;
    this.rows = rows;
  }

  /**
   * Appends within the connection's open transaction, up to where a checkpoint is due.
   *
   * @return whether that was the last event
   */
  boolean append(DuckDBConnection writer, CheckpointBudget budget) throws SQLException {
    boolean isEnd = false;
    try (DuckDBAppender appender = writer.createAppender(Schema.TABLES, "events")) {
      while (!isEnd && !budget.isSpent()) {
        isEnd = !rows.next();
        if (!isEnd) {
          proceed();
          budget.spend(LargeRows.append(rows.getLong(3), () -> appendRow(appender)));
        }
      }
      // close() would swallow a failure.
      appender.flush();
    }
    Invariants.require(
        !isEnd || count == staged.count(),
        "%s holds %d events and not %d",
        staged.file().name(),
        count,
        staged.count());
    return isEnd;
  }

  private void proceed() throws SQLException {
    String nextRunId = rows.getString(1);
    long nextSeq = rows.getLong(2);
    Invariants.require(
        nextRunId.equals(runId) ? nextSeq == seq + 1 : nextRunId.compareTo(runId) > 0,
        "%s: %s %d is out of order",
        staged.file().name(),
        nextRunId,
        nextSeq);
    runId = nextRunId;
    seq = nextSeq;
    count++;
  }

  /** Appends an event, with columns computed from it as for one that was published. */
  private long appendRow(DuckDBAppender appender) throws SQLException {
    EncodedEvent event = EncodedEvent.decode(rows.getBytes(4));
    return EventAppender.appendRow(
        appender, new EventRow(staged.position(), new RunId(runId), seq, event));
  }
}
