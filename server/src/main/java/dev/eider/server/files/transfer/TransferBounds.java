package dev.eider.server.files.transfer;

import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;

/**
 * What exports and imports may take. Immutable.
 *
 * @param concurrentMax how many run at a time
 * @param msMax longest time of one, a slow reader or sender included
 * @param bytesMax most bytes of events in one export, and of one file to import
 * @param runsMax most runs of one
 * @param diskReserveBytes what they leave free of the disk
 */
public record TransferBounds(
    int concurrentMax, long msMax, long bytesMax, int runsMax, long diskReserveBytes) {
  /**
   * What the runs of one import may take as they are recorded in the log, without their events.
   * What an export writes takes no more.
   */
  public static final int RECORD_BYTES_MAX = 20 << 20;

  /** What they may take in each import; beyond it they count as runs in memory. */
  public static final int SMALL_RECORD_BYTES_MAX = 1 << 20;

  /** Requires that runs fit into one record. */
  static void requireRecord(long bytes) {
    if (bytes > RECORD_BYTES_MAX) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_BATCH_TOO_LARGE,
              "the runs of one file may take %d bytes without their events; these take more"
                  .formatted(RECORD_BYTES_MAX))
          .with("limit", RECORD_BYTES_MAX)
          .with("actual", bytes);
    }
  }
}
