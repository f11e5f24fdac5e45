package dev.eider.server.store.write;

import dev.eider.server.store.connection.DuckDbErrors;
import dev.eider.server.store.connection.StoreOpener;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes DuckDB's checkpoints, and says when one has to come for the sake of its memory.
 *
 * <p>Problem: whoever reads a wide column, a checkpoint included, has 2,048 rows of a row group in
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

  /** 2,048 smaller ones are no more than what is allowed of larger ones. */
  private static final long LARGE_BYTES_MIN = 16 << 10;

  /** What large events may take of the memory, as they are read by several at a time. */
  private static final int MEMORY_SHARE = 16;

  private final StagingArea staging;
  private final long largeBytesMax;
  private long largeBytes;

  public Checkpoints(StagingArea staging, long memoryLimitBytes) {
    this.staging = staging;
    largeBytesMax = memoryLimitBytes / MEMORY_SHARE;
  }

  /** Takes note of an event that was appended, and how long it is in the wide columns. */
  void appended(long bytes) {
    if (bytes >= LARGE_BYTES_MIN) {
      largeBytes += bytes;
    }
  }

  /** Says whether no more large events should come before a checkpoint. */
  public boolean isDue() {
    return largeBytes >= largeBytesMax;
  }

  /**
   * Makes a checkpoint, outside of a transaction.
   *
   * @return false when DuckDB has to finish something else first
   */
  public boolean make(Connection writer) throws SQLException {
    try {
      RunRows.compact(writer);
      StoreTransaction.execute(writer, "CHECKPOINT");
    } catch (SQLException e) {
      if (DuckDbErrors.isCheckpointTooEarly(e)) {
        LOG.debug("no checkpoint yet", e);
        return false;
      }
      throw e;
    }
    largeBytes = 0;
    staging.checkpointed();
    return true;
  }
}
