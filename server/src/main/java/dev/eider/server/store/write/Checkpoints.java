package dev.eider.server.store.write;

import dev.eider.server.store.connection.DuckDbErrors;
import dev.eider.server.store.connection.StoreOpener;
import dev.eider.server.store.sql.Statements;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes DuckDB's checkpoints, and tells when DuckDB's memory needs one.
 *
 * <p>Problem: whatever reads a wide column, a checkpoint included, has 2,048 rows of a row group in
 * memory at once. With events of 200 KB that is all there is by default, and a store that cannot
 * make a checkpoint any more takes nothing for good. Now rows after a checkpoint begin a new row
 * group, and since {@link StoreOpener} keeps DuckDB from putting row groups together, none grows
 * later. So a checkpoint after every so many bytes of large events bounds what 2,048 rows can be;
 * those of small events are bounded by their number.
 *
 * <p>Owned by the persister's thread.
 */
public final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  private final StagingArea staging;
  private final CheckpointBudget budget;

  public Checkpoints(StagingArea staging, CheckpointBudget budget) {
    this.staging = staging;
    this.budget = budget;
  }

  /** Returns whether no large event should come before a checkpoint. */
  public boolean isDue() {
    return budget.isSpent();
  }

  /**
   * Makes a checkpoint, outside of a transaction.
   *
   * @return false when DuckDB has to finish something else first
   */
  public boolean make(Connection writer) throws SQLException {
    try {
      RunsTable.compact(writer);
      Statements.execute(writer, "CHECKPOINT");
    } catch (SQLException e) {
      if (DuckDbErrors.isCheckpointTooEarly(e)) {
        LOG.debug("no checkpoint yet", e);
        return false;
      }
      throw e;
    }
    budget.renew();
    staging.checkpointed();
    return true;
  }
}
