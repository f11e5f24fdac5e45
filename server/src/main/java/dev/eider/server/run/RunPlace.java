package dev.eider.server.run;

import dev.eider.server.event.RunId;
import java.util.Comparator;

/** A run's place in the order of lists. Immutable. */
public record RunPlace(long createTimeUs, RunId runId) {
  /** The order of lists: by create time and run id, both descending. */
  public static final Comparator<RunPlace> NEWEST_FIRST =
      Comparator.comparingLong(RunPlace::createTimeUs).thenComparing(RunPlace::runId).reversed();

  /** Returns the place of a run, which never changes. */
  public static RunPlace of(FoldedRun run) {
    return new RunPlace(run.createTimeUs(), run.runId());
  }

  /** Returns whether this comes after another place. */
  public boolean isAfter(RunPlace other) {
    return NEWEST_FIRST.compare(this, other) > 0;
  }
}
