package dev.eider.bench;

import java.util.ArrayList;
import java.util.List;

/** Measures one thing after the other, and goes on when one fails. Owned by one thread. */
final class Session {
  private final Rig rig;
  private final Progress progress;
  private final long secondsMax;
  private final List<String> failures = new ArrayList<>();

  /**
   * @param minutesMax when to begin with nothing more; 0 for never
   */
  Session(Rig rig, Progress progress, long minutesMax) {
    this.rig = rig;
    this.progress = progress;
    this.secondsMax = minutesMax == 0 ? Long.MAX_VALUE : minutesMax * 60;
  }

  void measure(List<Measure> measures, int rounds) {
    for (int round = 1; round <= rounds; round++) {
      for (int i = 0; i < measures.size(); i++) {
        Measure one = measures.get(i);
        progress.tell(
            String.format(
                "%d of %d, round %d of %d: %s: %s",
                i + 1, measures.size(), round, rounds, one.name(), one.about()));
        measure(one);
      }
    }
  }

  private void measure(Measure one) {
    if (progress.secondsSoFar() > secondsMax) {
      failures.add(one.name() + ": the time was up; see --minutes");
      return;
    }
    try {
      one.run(rig);
    } catch (Exception | AssertionError e) {
      failures.add(one.name() + ": " + e);
      progress.tell("  failed: " + e);
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        progress.tell("    because of " + cause);
      }
    }
  }

  /** What has no figures, and why. */
  List<String> failures() {
    return failures;
  }
}
