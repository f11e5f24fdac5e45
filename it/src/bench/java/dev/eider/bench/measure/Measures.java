package dev.eider.bench.measure;

import dev.eider.bench.Measure;
import java.util.List;

/** Everything that is measured, in the order of the table. */
public final class Measures {
  private static final int MANY = 100;
  private static final int SUBSCRIBERS = 50;

  private Measures() {}

  public static List<Measure> all() {
    return List.of(
        new StartUp(),
        new PublishRate(1),
        new PublishRate(MANY),
        new Sustained(),
        new OneInFlight(),
        new OfferedAck(),
        new EndToEnd(1),
        new EndToEnd(SUBSCRIBERS),
        new FanOut(),
        new StoredRun(),
        new InterleavedRuns(),
        new ForkMeasure(),
        new Questions(),
        new BesideQueries(),
        new RunLists(),
        new OpenRuns());
  }
}
