package dev.eider.server.store.row;

import com.google.protobuf.Timestamp;

/** Event times as DuckDB keeps them: microseconds since 1970 UTC. */
public final class EventTimes {
  // 0001-01-01 to 9999-12-31, what a Timestamp may hold. An event is durable long before it comes
  // here, so a time outside is clamped: it must not hold up the events behind it.
  private static final long SECONDS_MIN = -62_135_596_800L;
  private static final long SECONDS_MAX = 253_402_300_799L;

  private EventTimes() {}

  public static long micros(Timestamp ts) {
    long seconds = Math.max(SECONDS_MIN, Math.min(SECONDS_MAX, ts.getSeconds()));
    return seconds * 1_000_000 + Math.floorDiv(ts.getNanos(), 1_000);
  }
}
