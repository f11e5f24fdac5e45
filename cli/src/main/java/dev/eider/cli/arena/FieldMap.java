package dev.eider.cli.arena;

import java.util.ArrayList;
import java.util.List;

/** Draws a world: initials of players, digits for nuggets (9 for more), dots. Thread-safe. */
public final class FieldMap {
  private FieldMap() {}

  /** Returns the rows from the top. */
  public static List<String> draw(World world) {
    List<String> rows = new ArrayList<>();
    for (int y = 0; y < world.height(); y++) {
      StringBuilder row = new StringBuilder();
      for (int x = 0; x < world.width(); x++) {
        row.append(x == 0 ? "" : " ").append(symbol(world, new Cell(x, y)));
      }
      rows.add(row.toString());
    }
    return rows;
  }

  private static char symbol(World world, Cell cell) {
    for (Prospector prospector : world.prospectors().values()) {
      if (prospector.cell().equals(cell)) {
        return Character.toUpperCase(prospector.name().charAt(0));
      }
    }
    Integer worth = world.nuggets().get(cell);
    return worth == null ? '.' : Character.forDigit(Math.min(worth, 9), 10);
  }
}
