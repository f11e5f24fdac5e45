package dev.eider.it.testkit.workload;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * The runs that clients play: a few at a time, each until somebody closes or deletes it, then
 * another takes its place. Thread-safe.
 */
public final class RunBook {
  private final String prefix;
  private final int runsAtATime;
  private final List<String> active = new ArrayList<>();
  private final List<String> played = new ArrayList<>();
  private final List<String> all = new ArrayList<>();
  private final Map<String, Long> heads = new HashMap<>();
  private final List<TurnStart> turnStarts = new ArrayList<>();
  private final List<String> forks = new ArrayList<>();
  private int turns = Plays.TURNS;
  private boolean isEnding;

  /** All ids of runs begin with the prefix. */
  public RunBook(String prefix, int runsAtATime) {
    this.prefix = prefix;
    this.runsAtATime = runsAtATime;
    fillUp();
  }

  private void fillUp() {
    while (!isEnding && active.size() < runsAtATime) {
      String runId = newRunId();
      active.add(runId);
      played.add(runId);
    }
  }

  /** Returns an id for a run that nobody plays yet. */
  public synchronized String newRunId() {
    String runId = prefix + (all.size() + 1);
    all.add(runId);
    return runId;
  }

  /** Returns a run that is probably open, if there is one. */
  public synchronized String pick(Random random) {
    return some(active, random).orElseGet(() -> any(random));
  }

  /** Lets no other run take the place of one that is closed from now on. */
  public synchronized void end() {
    isEnding = true;
  }

  /** Adds a fork to the runs that are played. */
  synchronized void adopt(String childRunId) {
    active.add(childRunId);
    played.add(childRunId);
    forks.add(childRunId);
  }

  /** Takes a run from those that are played, since it is closed or gone. */
  public synchronized void retire(String runId) {
    active.remove(runId);
    fillUp();
  }

  /** Adds a run that is closed from the start. */
  public synchronized void closedFromTheStart(String runId) {
    all.add(runId);
  }

  /** Notes that the run goes at least up to a seq. */
  synchronized void heard(String runId, long seq) {
    heads.merge(runId, seq, Math::max);
  }

  public synchronized long head(String runId) {
    return heads.getOrDefault(runId, 0L);
  }

  synchronized int nextT() {
    return turns++;
  }

  /** Notes that a turn_start is stored. */
  synchronized void mayFork(TurnStart turn) {
    turnStarts.add(turn);
  }

  synchronized Optional<TurnStart> forkable(Random random) {
    return some(turnStarts, random);
  }

  synchronized Optional<String> fork(Random random) {
    return some(forks, random);
  }

  private static <T> Optional<T> some(List<T> all, Random random) {
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
  }

  /** Returns the forks that were answered. */
  public synchronized List<String> forks() {
    return List.copyOf(forks);
  }

  /** Returns the runs that were ever there to be played. */
  public synchronized List<String> played() {
    return List.copyOf(played);
  }

  /** Returns every run that there ever was, or that somebody tried to open. */
  public synchronized List<String> all() {
    return List.copyOf(all);
  }

  public synchronized String any(Random random) {
    return all.get(random.nextInt(all.size()));
  }
}
