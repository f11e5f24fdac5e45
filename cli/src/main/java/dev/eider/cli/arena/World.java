package dev.eider.cli.arena;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The whole state of a game as a turn begins or in the middle of one. Chance is no part of it: dice
 * are thrown by seed and turn, so that a restored world meets the same luck. Immutable.
 *
 * @param seed decides where and when nuggets appear
 * @param turn the turn being played, 0-indexed
 * @param prospectors by name; they act in this order
 * @param nuggets what lies on the field, each worth >= 1
 */
public record World(
    int seed,
    int turn,
    int width,
    int height,
    SortedMap<String, Prospector> prospectors,
    SortedMap<Cell, Integer> nuggets) {

  /** Copies the parts; throws IllegalArgumentException for what is off the field or worthless. */
  public World {
    prospectors = Collections.unmodifiableSortedMap(new TreeMap<>(prospectors));
    nuggets = Collections.unmodifiableSortedMap(new TreeMap<>(nuggets));
    requireOnField(nuggets.keySet(), width, height);
    requireOnField(prospectors.values().stream().map(Prospector::cell).toList(), width, height);
    if (turn < 0) {
      throw new IllegalArgumentException("turn " + turn + " is negative");
    }
    if (nuggets.values().stream().anyMatch(worth -> worth < 1)) {
      throw new IllegalArgumentException("a nugget is worth nothing");
    }
  }

  /** Returns the gold that a player owns. */
  public int goldOf(String name) {
    return prospector(name).gold();
  }

  /** Returns how far a player walks in one move. */
  public int speedOf(String name) {
    return prospector(name).speed();
  }

  /** Returns what lies on the field, all together. */
  public int goldOnField() {
    return nuggets.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Returns this world with one player faster or slower. */
  public World withSpeed(String name, int speed) {
    Prospector self = prospector(name);
    return with(new Prospector(name, self.cell(), self.gold(), speed));
  }

  /** Returns the rows: initials of players, digits for nuggets (9 for more), dots. */
  public List<String> draw() {
    List<String> rows = new ArrayList<>();
    for (int y = 0; y < height; y++) {
      StringBuilder row = new StringBuilder();
      for (int x = 0; x < width; x++) {
        row.append(x == 0 ? "" : " ").append(symbol(new Cell(x, y)));
      }
      rows.add(row.toString());
    }
    return rows;
  }

  private char symbol(Cell cell) {
    for (Prospector prospector : prospectors.values()) {
      if (prospector.cell().equals(cell)) {
        return Character.toUpperCase(prospector.name().charAt(0));
      }
    }
    Integer worth = nuggets.get(cell);
    return worth == null ? '.' : Character.forDigit(Math.min(worth, 9), 10);
  }

  Prospector prospector(String name) {
    Prospector prospector = prospectors.get(name);
    if (prospector == null) {
      throw new IllegalArgumentException("no prospector is called " + name);
    }
    return prospector;
  }

  World with(Prospector changed) {
    SortedMap<String, Prospector> newProspectors = new TreeMap<>(prospectors);
    newProspectors.put(changed.name(), changed);
    return new World(seed, turn, width, height, newProspectors, nuggets);
  }

  World withoutNuggetAt(Cell cell) {
    SortedMap<Cell, Integer> newNuggets = new TreeMap<>(nuggets);
    newNuggets.remove(cell);
    return new World(seed, turn, width, height, prospectors, newNuggets);
  }

  World withNugget(Cell cell, int worth) {
    SortedMap<Cell, Integer> newNuggets = new TreeMap<>(nuggets);
    newNuggets.merge(cell, worth, Integer::sum);
    return new World(seed, turn, width, height, prospectors, newNuggets);
  }

  World atTurn(int newTurn) {
    return new World(seed, newTurn, width, height, prospectors, nuggets);
  }

  private static void requireOnField(Collection<Cell> cells, int width, int height) {
    for (Cell cell : cells) {
      if (cell.x() < 0 || cell.x() >= width || cell.y() < 0 || cell.y() >= height) {
        throw new IllegalArgumentException(
            cell + " is off the " + width + " x " + height + " field");
      }
    }
  }

  /**
   * Chance without memory: a throw depends on the seed, the turn and what it is thrown for, and on
   * nothing that happened before. Two branches of a game therefore meet the same luck. Immutable.
   */
  record Dice(int seed, int turn) {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    /** Returns a number from 0 to {@code bound - 1}. */
    int roll(String purpose, int bound) {
      long mixed = mix(mix(mix(seed) + turn) + purpose.hashCode());
      return (int) Math.floorMod(mixed, (long) bound);
    }

    /** Scatters the bits of a number (the finalizer of SplitMix64). */
    private static long mix(long value) {
      long mixed = value + GOLDEN;
      mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
      mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
      return mixed ^ (mixed >>> 31);
    }
  }
}
