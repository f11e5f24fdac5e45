package dev.eider.cli.arena;

/** One player's piece on the field, with gold >= 0 and as many steps a move, >= 1. Immutable. */
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
