package dev.eider.it.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * One call that reads one run, and what came of it. A resume is another reader. Written by one
 * thread at a time, read by the rule book after that; thread-safe.
 */
public final class Reader {
  /** An event, and the moment at which it was there. */
  record Sighting(long at, StoredEvent event) {}

  /**
   * The broker's word that the reader has everything up to a seq.
   *
   * @param haveSeq what the reader had when it was told
   * @param isHead whether the seq is said to be the head of the run
   */
  record Told(long seq, long haveSeq, boolean isHead) {}

  private final String name;
  final String runId;
  final long afterSeq;
  final long beganAt;
  private final LongSupplier clock;
  private final List<Sighting> sightings = new ArrayList<>();
  private final List<Told> told = new ArrayList<>();
  private volatile Predicate<StoredEvent> filter = event -> true;
  volatile boolean isFiltered;

  Reader(String name, String runId, long afterSeq, LongSupplier clock) {
    this.name = name;
    this.runId = runId;
    this.afterSeq = afterSeq;
    this.clock = clock;
    this.beganAt = clock.getAsLong();
  }

  /** Sets what the reader asked for, instead of everything. */
  public Reader filtered(Predicate<StoredEvent> selects) {
    filter = selects;
    isFiltered = true;
    return this;
  }

  public synchronized void saw(StoredEvent event) {
    sightings.add(new Sighting(clock.getAsLong(), event));
  }

  /** Records that the reader was told: this is the run's head, and everything up to it was sent. */
  public synchronized void caughtUp(long headSeq) {
    told.add(new Told(headSeq, haveSeq(), true));
  }

  /** Records that the reader was told: everything up to this seq was sent. */
  public synchronized void complete(long seq) {
    told.add(new Told(seq, haveSeq(), false));
  }

  /** Returns the last seq seen, or where the reader began. */
  public synchronized long haveSeq() {
    return sightings.isEmpty() ? afterSeq : sightings.get(sightings.size() - 1).event().seq();
  }

  boolean selects(StoredEvent event) {
    return filter.test(event);
  }

  synchronized List<Sighting> sightings() {
    return List.copyOf(sightings);
  }

  synchronized List<Told> told() {
    return List.copyOf(told);
  }

  @Override
  public String toString() {
    return "reader " + name + " (after seq " + afterSeq + ", begun at moment " + beganAt + ")";
  }
}
