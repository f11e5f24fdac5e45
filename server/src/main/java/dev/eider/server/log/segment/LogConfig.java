package dev.eider.server.log.segment;

/**
 * The log's settings. Immutable.
 *
 * @param segmentBytesMax a segment that has reached this size takes no more batches; the last batch
 *     may go beyond it; 512 or more, default 64 MiB
 * @param batchBytesMax the most that one batch holds, frame headers included; 64 KiB to 1 GiB,
 *     default 64 MiB
 */
public record LogConfig(long segmentBytesMax, int batchBytesMax) {
  public LogConfig {
    requireRange("segmentBytesMax", segmentBytesMax, 512, Long.MAX_VALUE);
    requireRange("batchBytesMax", batchBytesMax, 64 << 10, 1 << 30);
  }

  /** Returns the defaults. */
  public static LogConfig defaults() {
    return new LogConfig(64 << 20, 64 << 20);
  }

  private static void requireRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " is " + value + ", must be from " + min + " to " + max);
    }
  }
}
