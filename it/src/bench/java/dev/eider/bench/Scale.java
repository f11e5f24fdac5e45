package dev.eider.bench;

/**
 * How much is done. Immutable.
 *
 * @param seconds how long each timed part runs
 * @param storedEvents how many events lie in one long run, and in many interleaved ones
 * @param storedRuns how many runs those are
 * @param openRuns how many runs are held open
 * @param growthEvents the most events in a curve of growth
 */
public record Scale(
    int seconds, long storedEvents, int storedRuns, int openRuns, long growthEvents) {
  /** Events of each of the interleaved runs at full scale. */
  static final int EVENTS_PER_RUN = 50_000;

  private static final long WARM_UP_SECONDS = 10;

  public long timedNanos() {
    return seconds * 1_000_000_000L;
  }

  /**
   * How long everything runs before it is timed, ceilings and other stores included: long enough
   * for a virtual machine, ours or the clients', to have compiled most of what matters.
   */
  public long warmUpNanos() {
    return Math.min(WARM_UP_SECONDS, seconds) * 1_000_000_000L;
  }
}
