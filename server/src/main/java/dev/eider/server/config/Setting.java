package dev.eider.server.config;

import java.util.Locale;

/** A setting that is a number: its key, default and range. The unit is the end of its name. */
public enum Setting {
  FORCE_INTERVAL_MS(
      10, 1, 10_000, "with durability async: longest time between two forces of the log"),
  GRACE_MS(60_000, 0, 86_400_000, "how long a closed run stays in memory"),
  HEARTBEAT_MS(15_000, 100, 3_600_000, "time between two heartbeats of an idle stream"),
  KEEPALIVE_MS(
      20_000, 10_000, 3_600_000, "silence after which a client is asked whether it is there"),
  KEEPALIVE_TIMEOUT_MS(
      10_000, 100, 600_000, "longest time for it to answer before its connection is cut"),
  CONNECTION_IDLE_MS(
      0, 0, 86_400_000, "how long a connection without calls is kept; 0: for ever, least 1000"),
  CONNECTION_AGE_MS(
      0, 0, 86_400_000, "age at which a connection is to be replaced; 0: never, least 1000"),
  CONNECTION_GRACE_MS(
      60_000, 0, 86_400_000, "how long calls may go on when their connection is to be replaced"),
  CALLS_MAX(16_384, 1, 1_000_000, "most open calls of clients"),
  INBOUND_BYTES_MAX(
      64L << 20, 1 << 20, 16L << 30, "most bytes of requests that arrive or are under way"),
  OUTBOUND_BYTES_MAX(
      64L << 20, 1 << 20, 16L << 30, "most bytes of pages that wait in the network for readers"),
  REQUEST_BYTES_MAX(16L << 20, 1 << 10, 64L << 20, "largest request"),
  EVENTS_PER_REQUEST_MAX(10_000, 1, 100_000, "most events in one request"),
  SUBSCRIPTIONS_MAX(10_000, 1, 1_000_000, "most open streams of readers"),
  SUBSCRIBE_ALL_MAX(64, 1, 10_000, "most open streams of SubscribeAll"),
  DIFFS_MAX(16, 1, 10_000, "most open calls of DiffRuns"),
  WATCH_CHANGES_MAX(
      25_000, 100, 10_000_000, "most changed runs that wait for all streams of WatchRuns"),
  OPEN_RUNS_MAX(200_000, 1, 10_000_000, "most open runs"),
  RUN_BYTES_MAX(
      96L << 20, 1 << 20, 64L << 30, "most bytes of what is kept of runs besides their events"),
  PRODUCERS_PER_RUN_MAX(1_000, 1, 100_000, "most producers one run keeps"),
  QUEUE_REQUESTS_MAX(10_000, 1, 1_000_000, "most requests that wait to be sequenced"),
  QUEUE_BYTES_MAX(32L << 20, 1 << 20, 1L << 30, "most bytes of requests that wait to be sequenced"),
  BATCH_BYTES_MAX(8L << 20, 1 << 10, 256L << 20, "most bytes written to the log before one force"),
  SEGMENT_BYTES_MAX(64L << 20, 1 << 12, 1L << 30, "size at which the log begins a new file"),
  TAIL_BYTES_MAX(10L << 20, 0, 64L << 30, "most bytes of persisted events kept in memory"),
  PAGE_CACHE_BYTES_MAX(
      24L << 20, 0, 64L << 30, "most bytes of events read from DuckDB and kept for other readers"),
  UNPERSISTED_BYTES_MAX(
      128L << 20, 1 << 12, 64L << 30, "most bytes DuckDB may lack before publishes are refused"),
  DISK_RESERVE_BYTES(
      16L << 20, 1 << 20, 1L << 40, "bytes of the disk left free, publishes being refused before"),
  PERSIST_LINGER_MS(
      1_000, 0, 60_000, "longest time an event waits for a larger DuckDB transaction"),
  PERSIST_BATCH_EVENTS_MAX(122_880, 1, 1_228_800, "most events in one DuckDB transaction"),
  PERSIST_BATCH_BYTES_MAX(32L << 20, 1 << 10, 1L << 30, "most bytes in one DuckDB transaction"),
  CHECKPOINT_BYTES(
      256L << 20, 1 << 10, 64L << 30, "bytes persisted between two DuckDB checkpoints"),
  CHECKPOINT_IDLE_MS(
      2_000,
      10,
      3_600_000,
      "idle time before a checkpoint; doubles, up to 128 times, while each has under 8 MiB"),
  STORE_MEMORY_BYTES_MAX(512L << 20, 64L << 20, 1L << 40, "most memory DuckDB may use"),
  STORE_THREADS_MAX(2, 1, 256, "most threads of DuckDB"),
  STORE_READERS_MAX(3, 1, 64, "most reads of DuckDB at a time"),
  RETENTION_AGE_MS(
      0, 0, 3_153_600_000_000L, "time after its close at which a run is deleted; 0: never"),
  RETENTION_RUNS_MAX(
      0, 0, 1_000_000_000, "most closed runs, those closed first being deleted; 0: any number"),
  RETENTION_BYTES_MAX(
      0, 0, 1L << 50, "most bytes of events of closed runs, deleted likewise; 0: any number"),
  RETENTION_ROUND_MS(60_000, 100, 86_400_000, "time between two looks for runs to be deleted"),
  REWRITE_WASTED_PERCENT(
      30, 0, 99, "share of the DuckDB file that is wasted when it is rewritten; 0: never"),
  REWRITE_WASTED_BYTES_MIN(
      64L << 20, 1 << 18, 1L << 40, "least bytes of it that are wasted when it is rewritten"),
  QUERY_CONCURRENT_MAX(2, 1, 64, "most queries of callers at a time"),
  QUERY_MS_MAX(
      30_000, 100, 3_600_000, "longest time of a query, its waits and a slow reader included"),
  QUERY_ROWS_MAX(1_000_000, 1, 1_000_000_000, "most rows of a query"),
  TRANSFERS_MAX(2, 1, 16, "most exports and imports of runs at a time"),
  TRANSFER_MS_MAX(
      600_000, 1_000, 86_400_000, "longest time of one, a slow reader or sender included"),
  TRANSFER_BYTES_MAX(
      4L << 30, 1 << 10, 1L << 40, "most bytes of events in one export, and of a file to import"),
  TRANSFER_RUNS_MAX(10_000, 1, 1_000_000, "most runs of one export or import"),
  TRANSFER_MEMORY_BYTES_MAX(
      256L << 20, 64L << 20, 1L << 40, "most memory of DuckDB for each of them"),
  LIBRARY_RUNS_MAX(
      4_000,
      1,
      10_000_000,
      "most runs of libraries, one with many labels counting more, and files"),
  LIBRARY_SCAN_MS(
      60_000,
      0,
      86_400_000,
      "time between two looks for new files in libraries; 0: one at the start"),
  CLOSE_WAIT_MS(30_000, 100, 600_000, "longest time CloseRun and DeleteRun wait for DuckDB"),
  STOP_MS(
      8_000, 100, 600_000, "longest time a stop may take before what is left is left to the log");

  private final long defaultValue;
  private final long min;
  private final long max;
  private final String description;

  Setting(long defaultValue, long min, long max, String description) {
    this.defaultValue = defaultValue;
    this.min = min;
    this.max = max;
    this.description = description;
  }

  /** The key, as {@code --set} takes it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public long defaultValue() {
    return defaultValue;
  }

  /** Smallest value, inclusive. */
  public long min() {
    return min;
  }

  /** Largest value, inclusive. */
  public long max() {
    return max;
  }

  public String description() {
    return description;
  }

  /**
   * Checks a value.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  long checked(long value) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          key() + " is " + value + "; it must be from " + min + " to " + max);
    }
    return value;
  }
}
