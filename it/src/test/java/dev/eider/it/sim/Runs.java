package dev.eider.it.sim;

import dev.eider.server.event.RunId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The runs that clients go for: a few at a time, so that they meet, and new ones as they close. */
final class Runs {
  private final Random random;
  private final List<RunId> popular = new ArrayList<>();
  private final List<RunId> all = new ArrayList<>();

  Runs(Random random, int popularCount) {
    this.random = random;
    for (int i = 0; i < popularCount; i++) {
      add(new RunId("run-" + i));
    }
  }

  void add(RunId runId) {
    popular.add(runId);
    all.add(runId);
  }

  /** Takes note that a run is closed; another one takes its place. */
  void closed(RunId runId) {
    if (popular.remove(runId)) {
      add(new RunId("run-" + all.size()));
    }
  }

  /** One that is probably open. */
  RunId popular() {
    return popular.get(random.nextInt(popular.size()));
  }

  /** Any that there ever was. */
  RunId any() {
    return all.get(random.nextInt(all.size()));
  }

  List<RunId> all() {
    return List.copyOf(all);
  }
}
