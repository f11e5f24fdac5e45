package dev.eider.cli.arena;

import java.util.Comparator;

/** A place on the field; x grows to the right, y downwards, both from 0. Immutable. */
record Cell(int x, int y) implements Comparable<Cell> {
  private static final Comparator<Cell> READING_ORDER =
      Comparator.comparingInt(Cell::y).thenComparingInt(Cell::x);

  /** Counts the steps to another cell; a step goes left, right, up or down. */
  int stepsTo(Cell other) {
    return Math.abs(x - other.x) + Math.abs(y - other.y);
  }

  /** Returns where a walk of at most {@code stepsMax} ends: sideways first, then up or down. */
  Cell towards(Cell target, int stepsMax) {
    int sideways = clamp(target.x - x, stepsMax);
    int left = stepsMax - Math.abs(sideways);
    int upOrDown = clamp(target.y - y, left);
    return new Cell(x + sideways, y + upOrDown);
  }

  private static int clamp(int distance, int limit) {
    return Math.max(-limit, Math.min(limit, distance));
  }

  @Override
  public int compareTo(Cell other) {
    return READING_ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "(" + x + "," + y + ")";
  }
}
