package dev.eider.bench;

import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Times from when something should have begun. Thread-safe. */
public final class Latencies {
  private static final long HIGHEST_NANOS = 120_000_000_000L;

  private final Histogram nanos = new ConcurrentHistogram(HIGHEST_NANOS, 3);

  public void add(long value) {
    nanos.recordValue(Math.max(0, Math.min(HIGHEST_NANOS, value)));
  }

  public long count() {
    return nanos.getTotalCount();
  }

  public void clear() {
    nanos.reset();
  }

  public double micros(double percentile) {
    return nanos.getValueAtPercentile(percentile) / 1e3;
  }

  /** Reports p50 and p99, after the name. */
  public void report(Rig rig, String name, String subject) {
    rig.report(name + " p50", subject, Unit.MICROSECONDS, micros(50));
    rig.report(name + " p99", subject, Unit.MICROSECONDS, micros(99));
  }
}
