package dev.eider.it;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.v1.Counters;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Samples what the daemon and the system say of its memory. Runs on a thread of its own until
 * closed; the maxima may be read from any thread.
 */
public final class MemoryWatch implements AutoCloseable {
  private static final int PERIOD_MS = 200;

  private final Daemon daemon;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private volatile long heapBytesMax;
  private volatile long directBytesMax;
  private volatile long tailBytesMax;
  private volatile long residentBytesMax;
  private volatile int samples;

  public MemoryWatch(Daemon daemon) {
    this.daemon = daemon;
    thread.scheduleAtFixedRate(this::sample, 0, PERIOD_MS, MILLISECONDS);
  }

  private void sample() {
    Counters counters = daemon.counters();
    heapBytesMax = Math.max(heapBytesMax, counters.getHeapBytes());
    directBytesMax = Math.max(directBytesMax, counters.getDirectBytes());
    tailBytesMax = Math.max(tailBytesMax, counters.getTailBytes());
    residentBytesMax = Math.max(residentBytesMax, daemon.residentBytes());
    samples++;
  }

  public long heapBytesMax() {
    return heapBytesMax;
  }

  public long directBytesMax() {
    return directBytesMax;
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      thread.awaitTermination(10, SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return String.format(
        "heap <= %d MiB, direct <= %d MiB, tail <= %d MiB, resident <= %d MiB in %d samples",
        heapBytesMax >> 20,
        directBytesMax >> 20,
        tailBytesMax >> 20,
        residentBytesMax >> 20,
        samples);
  }
}
