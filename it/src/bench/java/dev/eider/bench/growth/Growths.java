package dev.eider.bench.growth;

import java.util.List;

/** Everything whose growth is measured. */
public final class Growths {
  private Growths() {}

  public static List<Growth> all() {
    return List.of(
        new EventGrowth(),
        new RunGrowth(),
        new SubscriberGrowth(),
        new StartGrowth(),
        new ForkGrowth());
  }
}
