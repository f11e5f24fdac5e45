package dev.eider.bench.ceiling;

import dev.eider.bench.BenchEvent;
import dev.eider.bench.Workload;
import java.util.List;

/** One copy of every event for every subscriber, in memory, by one thread. */
public final class MemoryCopy {
  private static final int BATCH_EVENTS = 100;

  private MemoryCopy() {}

  /** Copies for so long and returns the events copied a second. */
  public static double during(long nanos, Workload workload, int subscribers) {
    byte[] batch =
        new byte[workload.batch(0, BATCH_EVENTS).stream().mapToInt(e -> e.encoded().length).sum()];
    int at = 0;
    List<BenchEvent> events = workload.batch(0, BATCH_EVENTS);
    for (BenchEvent event : events) {
      System.arraycopy(event.encoded(), 0, batch, at, event.encoded().length);
      at += event.encoded().length;
    }
    byte[][] copies = new byte[subscribers][batch.length];
    long begun = System.nanoTime();
    long count = 0;
    while (System.nanoTime() - begun < nanos) {
      for (byte[] copy : copies) {
        System.arraycopy(batch, 0, copy, 0, batch.length);
      }
      count += (long) subscribers * BATCH_EVENTS;
    }
    return count * 1e9 / (System.nanoTime() - begun);
  }
}
