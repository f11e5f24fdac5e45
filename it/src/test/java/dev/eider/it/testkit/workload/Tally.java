package dev.eider.it.testkit.workload;

import java.util.Map;
import java.util.TreeMap;

/** Counts what clients and their broker went through, by name. Thread-safe. */
public final class Tally {
  public static final String ACKED = "publishes accepted";
  public static final String REPEATED = "publishes found repeated";
  public static final String EVENTS = "events accepted";
  public static final String DOUBTS = "calls without answer";
  public static final String PUT_OFF = "calls put off";
  public static final String FULL = "STORAGE_FULL";
  public static final String RETRIES = "calls repeated";
  public static final String PRODUCERS_LOST = "producers lost";

  private final Map<String, Long> counts = new TreeMap<>();

  public void add(String what) {
    add(what, 1);
  }

  public synchronized void add(String what, long count) {
    counts.merge(what, count, Long::sum);
  }

  public void addAll(Tally other) {
    other.counts().forEach(this::add);
  }

  public synchronized long count(String what) {
    return counts.getOrDefault(what, 0L);
  }

  synchronized Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    counts().forEach((what, count) -> text.append(String.format("%,14d  %s%n", count, what)));
    return text.toString();
  }
}
