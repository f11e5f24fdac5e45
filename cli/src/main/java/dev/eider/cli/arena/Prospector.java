package dev.eider.cli.arena;

/**
 * One player's piece on the field. Immutable.
 *
 * @param gold what it owns, >= 0
 * @param speed the most steps of one move, >= 1
 */
record Prospector(String name, Cell cell, int gold, int speed) {
  Prospector {
    require(gold >= 0, name, "gold", gold);
    require(speed >= 1, name, "speed", speed);
  }

  Prospector at(Cell newCell) {
    return new Prospector(name, newCell, gold, speed);
  }

  Prospector richerBy(int amount) {
    return new Prospector(name, cell, gold + amount, speed);
  }

  private static void require(boolean holds, String name, String field, int value) {
    if (!holds) {
      throw new IllegalArgumentException(name + " cannot have " + field + " " + value);
    }
  }
}
