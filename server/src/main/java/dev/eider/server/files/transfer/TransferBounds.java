package dev.eider.server.files.transfer;

/**
 * What exports and imports may take. Immutable.
 *
 * @param concurrentMax how many run at a time
 * @param msMax longest time of one, a slow reader or sender included
 * @param bytesMax most bytes of events in one export, and of one file to import
 * @param runsMax most runs of one
 * @param largeBytesMax most bytes of large events in one import, which DuckDB takes in one
 *     transaction and holds in memory
 * @param diskReserveBytes what they leave free of the disk
 */
public record TransferBounds(
    int concurrentMax,
    long msMax,
    long bytesMax,
    int runsMax,
    long largeBytesMax,
    long diskReserveBytes) {
  /** Events from this size on DuckDB holds in memory until a transaction is in its main file. */
  static final int LARGE_BYTES_MIN = 64 << 10;

  /** What the runs of one import may take as they are recorded in the log, without their events. */
  public static final int RECORD_BYTES_MAX = 4 << 20;
}
