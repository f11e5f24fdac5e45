package dev.eider.it.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * The runs that clients play: a few at a time, each until somebody closes it, then another takes
 * its place. Thread-safe.
 */
final class RunBook {
  private static final int ACTIVE_RUNS = 5;

  private final String prefix;
  private final List<String> active = new ArrayList<>();
  private final List<String> all = new ArrayList<>();
  private final Map<String, Long> heads = new HashMap<>();
  private final List<TurnStart> turnStarts = new ArrayList<>();
  private int turns;

  /** All ids of runs begin with the prefix. */
  RunBook(String prefix) {
    this.prefix = prefix;
    fillUp();
  }

  private void fillUp() {
    while (active.size() < ACTIVE_RUNS) {
      active.add(newRunId());
    }
  }

  /** An id for a run that nobody plays yet. */
  synchronized String newRunId() {
    String runId = prefix + (all.size() + 1);
    all.add(runId);
    return runId;
  }

  synchronized String pick(Random random) {
    return active.get(random.nextInt(active.size()));
  }

  /** Says that a run is there to be played. */
  synchronized void adopt(String runId) {
    active.add(runId);
  }

  /** Says that a run is closed. */
  synchronized void retire(String runId) {
    active.remove(runId);
    fillUp();
  }

  /** Says that the run goes at least up to a seq. */
  synchronized void heard(String runId, long seq) {
    heads.merge(runId, seq, Math::max);
  }

  synchronized long head(String runId) {
    return heads.getOrDefault(runId, 0L);
  }

  synchronized int nextT() {
    return turns++;
  }

  /** Says that a turn_start is stored. */
  synchronized void mayFork(TurnStart turn) {
    turnStarts.add(turn);
  }

  synchronized Optional<TurnStart> forkable(Random random) {
    return turnStarts.isEmpty()
        ? Optional.empty()
        : Optional.of(turnStarts.get(random.nextInt(turnStarts.size())));
  }

  /** Every run that there ever was, or that somebody tried to open. */
  synchronized List<String> all() {
    return List.copyOf(all);
  }

  synchronized String any(Random random) {
    return all.get(random.nextInt(all.size()));
  }
}
