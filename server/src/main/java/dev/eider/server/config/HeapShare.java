package dev.eider.server.config;

/**
 * What the daemon may hold of something, as a share of the heap: {@code -Xmx} is the one knob for
 * memory. A heap below {@link #HEAP_BYTES_MIN} counts as that.
 */
public enum HeapShare {
  QUEUE(32, 1, "bytes of requests that wait to be sequenced"),
  TAIL(10, 1, "bytes of persisted events kept in memory"),
  UNPERSISTED(128, 1, "bytes of events that DuckDB lacks"),
  PAGE_CACHE(18, 1, "bytes of events read from DuckDB and kept for other readers"),
  RUNS(96, 1, "bytes of what is kept of runs besides their events"),
  CALLS(64, MemoryBudget.CALL_BYTES, "open calls of clients"),
  WATCH_CHANGES(
      8, MemoryBudget.CHANGED_RUN_BYTES, "changed runs that wait for all streams of WatchRuns"),
  INBOUND(64, 1, "bytes of requests that arrive or are under way"),
  OUTBOUND(64, 1, "bytes of pages that wait in the network for readers");

  /** The floor of every share is what it is of a heap of this size. */
  public static final long HEAP_BYTES_MIN = 128L << 20;

  private static final int GIB_IN_MIB = 1 << 10;

  private final int mibOfGib;
  private final int unitBytes;
  private final String description;

  HeapShare(int mibOfGib, int unitBytes, String description) {
    this.mibOfGib = mibOfGib;
    this.unitBytes = unitBytes;
    this.description = description;
  }

  /** Returns how much of it a heap allows. */
  public long of(long heapBytes) {
    return Math.max(heapBytes, HEAP_BYTES_MIN) / GIB_IN_MIB * mibOfGib / unitBytes;
  }

  /** Returns how much of it each GiB of heap allows, in MiB of memory. */
  public int mibOfGib() {
    return mibOfGib;
  }

  /** Returns what it is a number of. */
  public String description() {
    return description;
  }
}
