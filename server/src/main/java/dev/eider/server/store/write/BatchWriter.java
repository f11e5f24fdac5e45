package dev.eider.server.store.write;

import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.connection.PersistedPosition;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.server.store.sql.Statements;
import java.sql.SQLException;
import java.util.List;
import org.duckdb.DuckDBConnection;

/** Writes batches, each in one transaction. Owned by the persister's thread. */
public final class BatchWriter {
  private final StagingArea staging;
  private final StagedLoader loader;
  private final CheckpointBudget budget;

  public BatchWriter(
      StoreConfig config, StagingArea staging, Checkpoints checkpoints, CheckpointBudget budget) {
    this.staging = staging;
    this.budget = budget;
    loader = new StagedLoader(config, checkpoints, budget);
  }

  /**
   * Writes a batch and its place in the log.
   *
   * @return the position that is persisted now
   */
  public long write(DuckDBConnection writer, PersistBatch batch) throws SQLException {
    // The statement and not setAutoCommit(false), which an appender's own flushes do not heed.
    Statements.execute(writer, "BEGIN TRANSACTION");
    EventAppender.append(writer, batch.events(), budget);
    if (batch.staged() != null) {
      loader.load(writer, batch.staged());
    }
    List<FoldedRun> seen = batch.runs().stream().filter(FoldedRun::isSeen).toList();
    RunsTable.replace(writer, seen, PersistedPosition.read(writer));
    RunDeletion.apply(writer, batch.runs().stream().filter(FoldedRun::isDeleted).toList());
    PersistedPosition.advance(writer, batch.nextPosition());
    Statements.execute(writer, "COMMIT");
    if (batch.staged() != null) {
      staging.committed(batch.staged());
    }
    return batch.nextPosition();
  }
}
