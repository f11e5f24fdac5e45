package dev.eider.server.config;

import com.google.errorprone.annotations.Immutable;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A setting that is a number: default, range, meaning. The unit is the end of its name. */
public enum Setting {
  FORCE_INTERVAL_MS(
      common(10, 1, 10_000), "with durability async: longest time between two forces of the log"),
  GRACE_MS(common(60_000, 0, 86_400_000), "how long a closed run stays in memory"),
  HEARTBEAT_MS(common(15_000, 100, 3_600_000), "time between two heartbeats of an idle stream"),
  KEEPALIVE_MS(
      common(20_000, 10_000, 3_600_000),
      "silence after which a client is asked whether it is there"),
  KEEPALIVE_TIMEOUT_MS(
      common(10_000, 100, 600_000), "longest time for it to answer before its connection is cut"),
  CONNECTION_IDLE_MS(
      rare(0, 0, 86_400_000),
      "how long a connection without calls is kept; 0: for ever, least 1000"),
  CONNECTION_AGE_MS(
      common(0, 0, 86_400_000),
      "age at which a connection is to be replaced; 0: never, least 1000"),
  CONNECTION_GRACE_MS(
      rare(60_000, 0, 86_400_000),
      "how long calls may go on when their connection is to be replaced"),
  OUTBOUND_BYTES_MAX(
      of(HeapShare.OUTBOUND, 1 << 20, 16L << 30),
      "most bytes of pages that wait in the network for readers"),
  REQUEST_BYTES_MAX(common(16L << 20, 1 << 10, 64L << 20), "largest request"),
  EVENTS_PER_REQUEST_MAX(rare(10_000, 1, 100_000), "most events in one request"),
  SUBSCRIPTIONS_MAX(common(10_000, 1, 1_000_000), "most open streams of readers"),
  SUBSCRIBE_ALL_MAX(rare(64, 1, 10_000), "most open streams of SubscribeAll"),
  WATCH_CHANGES_MAX(
      of(HeapShare.WATCH_CHANGES, 100, 10_000_000),
      "most changed runs that wait for all streams of WatchRuns"),
  OPEN_RUNS_MAX(common(200_000, 1, 10_000_000), "most open runs"),
  RUN_BYTES_MAX(
      of(HeapShare.RUNS, 1 << 20, 64L << 30),
      "most bytes of what is kept of runs besides their events"),
  PRODUCERS_PER_RUN_MAX(rare(1_000, 1, 100_000), "most producers one run keeps"),
  QUEUE_REQUESTS_MAX(rare(10_000, 1, 1_000_000), "most requests that wait to be sequenced"),
  BATCH_BYTES_MAX(
      rare(8L << 20, 1 << 10, 256L << 20), "most bytes written to the log before one force"),
  SEGMENT_BYTES_MAX(rare(64L << 20, 1 << 12, 1L << 30), "size at which the log begins a new file"),
  TAIL_BYTES_MAX(of(HeapShare.TAIL, 0, 64L << 30), "most bytes of persisted events kept in memory"),
  UNPERSISTED_BYTES_MAX(
      of(HeapShare.UNPERSISTED, 1 << 12, 64L << 30),
      "most bytes DuckDB may lack before publishes are refused"),
  DISK_RESERVE_BYTES(
      common(16L << 20, 1 << 20, 1L << 40),
      "bytes of the disk left free, publishes being refused before"),
  PERSIST_LINGER_MS(
      rare(1_000, 0, 60_000), "longest time an event waits for a larger DuckDB transaction"),
  PERSIST_BATCH_EVENTS_MAX(rare(122_880, 1, 1_228_800), "most events in one DuckDB transaction"),
  CHECKPOINT_BYTES(
      rare(256L << 20, 1 << 10, 64L << 30), "bytes persisted between two DuckDB checkpoints"),
  CHECKPOINT_IDLE_MS(
      rare(2_000, 10, 3_600_000),
      "idle time before a checkpoint; doubles, up to 128 times, while each has under 8 MiB"),
  STORE_MEMORY_BYTES_MAX(common(512L << 20, 64L << 20, 1L << 40), "most memory DuckDB may use"),
  STORE_THREADS_MAX(common(2, 1, 256), "most threads of DuckDB"),
  STORE_READERS_MAX(rare(3, 1, 64), "most reads of DuckDB at a time"),
  RETENTION_AGE_MS(
      common(0, 0, 3_153_600_000_000L), "time after its close at which a run is deleted; 0: never"),
  RETENTION_RUNS_MAX(
      common(0, 0, 1_000_000_000),
      "most closed runs, those closed first being deleted; 0: any number"),
  RETENTION_BYTES_MAX(
      common(0, 0, 1L << 50),
      "most bytes of events of closed runs, deleted likewise; 0: any number"),
  RETENTION_ROUND_MS(
      rare(60_000, 100, 86_400_000), "time between two looks for runs to be deleted"),
  REWRITE_WASTED_PERCENT(
      rare(30, 0, 99), "share of the DuckDB file that is wasted when it is rewritten; 0: never"),
  REWRITE_WASTED_BYTES_MIN(
      rare(64L << 20, 1 << 18, 1L << 40), "least bytes of it that are wasted when it is rewritten"),
  QUERY_CONCURRENT_MAX(common(2, 1, 64), "most queries of callers at a time"),
  QUERY_MS_MAX(
      common(30_000, 100, 3_600_000),
      "longest time of a query, its waits and a slow reader included"),
  QUERY_ROWS_MAX(rare(1_000_000, 1, 1_000_000_000), "most rows of a query"),
  TRANSFERS_MAX(rare(2, 1, 16), "most exports and imports of runs at a time"),
  TRANSFER_MS_MAX(
      rare(600_000, 1_000, 86_400_000),
      "longest time of an export or import, a slow reader or sender included"),
  TRANSFER_BYTES_MAX(
      rare(4L << 30, 1 << 10, 1L << 40),
      "most bytes of events in one export, and of a file to import"),
  TRANSFER_RUNS_MAX(rare(10_000, 1, 1_000_000), "most runs of one export or import"),
  LIBRARY_RUNS_MAX(
      common(4_000, 1, 10_000_000),
      "most runs of libraries, one with many labels counting more, and files"),
  LIBRARY_SCAN_MS(
      rare(60_000, 0, 86_400_000),
      "time between two looks for new files in libraries; 0: one at the start"),
  CLOSE_WAIT_MS(rare(30_000, 100, 600_000), "longest time CloseRun and DeleteRun wait for DuckDB"),
  STOP_MS(
      common(8_000, 100, 600_000),
      "longest time a stop may take before what is left is left to the log");

  private static final long GIB = 1L << 30;

  private final Values values;
  private final String description;

  Setting(Values values, String description) {
    this.values = values;
    this.description = description;
  }

  /** Returns the key, as {@code --set} takes it. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns who has a reason to change it. */
  public Tier tier() {
    return values.tier;
  }

  /** Returns the default with a heap of this size. */
  public long defaultValue(long heapBytes) {
    HeapShare share = values.share;
    return share == null ? values.fixed : Math.min(values.max, share.of(heapBytes));
  }

  /** Returns whether the default is a share of the heap. */
  public boolean followsHeap() {
    return values.share != null;
  }

  /** Returns the default for people: a number, or how it follows the heap. */
  public String defaultText() {
    HeapShare share = values.share;
    return share == null ? Long.toString(values.fixed) : share.of(GIB) + " for each GiB of heap";
  }

  /** Returns the smallest value, inclusive. */
  public long min() {
    return values.min;
  }

  /** Returns the largest value, inclusive. */
  public long max() {
    return values.max;
  }

  public String description() {
    return description;
  }

  /** Throws IllegalArgumentException if a value is out of range. */
  long checked(long value) {
    if (value < values.min || value > values.max) {
      throw new IllegalArgumentException(
          key() + " is " + value + "; it must be from " + values.min + " to " + values.max);
    }
    return value;
  }

  /** Who has a reason to change a setting. */
  public enum Tier {
    /** Users; documented. */
    COMMON,
    /** Those who test the daemon, or whose case is rare; listed by {@code serve --help-all}. */
    RARE
  }

  private static Values common(long fixed, long min, long max) {
    return new Values(Tier.COMMON, fixed, null, min, max);
  }

  private static Values rare(long fixed, long min, long max) {
    return new Values(Tier.RARE, fixed, null, min, max);
  }

  private static Values of(HeapShare share, long min, long max) {
    return new Values(Tier.RARE, 0, share, min, max);
  }

  /** What a setting may be, inclusive, and is by default: a number, or a share of the heap. */
  @Immutable
  private record Values(Tier tier, long fixed, @Nullable HeapShare share, long min, long max) {}
}
