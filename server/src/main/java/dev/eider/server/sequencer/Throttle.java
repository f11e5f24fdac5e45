package dev.eider.server.sequencer;

/**
 * Slows the sequencer down as DuckDB falls behind, so that publishers meet a lower rate, and not
 * one that is refused outright until DuckDB has committed its next large transaction.
 *
 * <p>Up to 70 % of what DuckDB may lack nothing is slowed. From there on batches are small, and
 * each is followed by a pause, so that publishing goes at a multiple of the rate at which DuckDB
 * was last seen to take bytes: 1.4 times at 70 %, once at 75 %, and ever less towards the bound.
 * Where that rate is not known, nothing is slowed. The bound itself holds without this.
 *
 * <p>Owned by the sequencer thread.
 */
final class Throttle {
  private static final double FREE_SHARE = 0.7;

  /** The share at which publishing goes as fast as DuckDB does. */
  private static final double EVEN_SHARE = 0.75;

  /** Fewer bytes say nothing of how fast DuckDB is. */
  private static final long MEASURED_BYTES_MIN = 1 << 20;

  private final long pauseMsMax;
  private long position = -1; // not known yet
  private long positionMs;
  private double storeBytesPerMs;
  private double bytesPerMsMax = Double.POSITIVE_INFINITY;

  /** Makes no pause longer than {@code pauseMsMax}. */
  Throttle(long pauseMsMax) {
    this.pauseMsMax = pauseMsMax;
  }

  /** Records how far DuckDB has committed, how many bytes it lacks, and what share of its bound. */
  void observe(long persistedPosition, long unpersistedBytes, double share, long nowMs) {
    long persistedBytes = persistedPosition - position;
    if (persistedBytes >= MEASURED_BYTES_MIN && position >= 0) {
      storeBytesPerMs = (double) persistedBytes / Math.max(1, nowMs - positionMs);
    }
    if (persistedBytes > 0 || unpersistedBytes < MEASURED_BYTES_MIN) {
      position = persistedPosition;
      positionMs = nowMs;
    }
    bytesPerMsMax =
        share < FREE_SHARE || storeBytesPerMs == 0
            ? Double.POSITIVE_INFINITY
            : storeBytesPerMs * multiple(Math.min(share, 1));
  }

  /** Returns how large the next batch may be, of {@code bytesMax} at the most. */
  long batchBytesMax(long bytesMax) {
    return (long) Math.min((double) bytesMax, bytesPerMsMax * pauseMsMax);
  }

  /** Returns how long to wait after a batch of so many bytes. */
  long pauseMs(long batchBytes) {
    return Double.isInfinite(bytesPerMsMax)
        ? 0
        : (long) Math.min((double) pauseMsMax, batchBytes / Math.max(1, bytesPerMsMax));
  }

  private static double multiple(double share) {
    double room = (1 - share) / (1 - EVEN_SHARE);
    return room * room;
  }
}
