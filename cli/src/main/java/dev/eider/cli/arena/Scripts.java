package dev.eider.cli.arena;

import dev.eider.cli.arena.Player.Decision;
import dev.eider.cli.arena.World.Dice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The four strategies. Pure. Thread-safe. */
final class Scripts {
  private static final Decision REST =
      new Decision(List.of(new Action.Rest()), "There is nothing to do here.");

  static Decision nearest(World world, Prospector self) {
    return world.nuggets().keySet().stream()
        .min(Comparator.comparingInt(cell -> self.cell().stepsTo(cell)))
        .map(cell -> fetch(self, cell, "The nugget at " + cell + " is the nearest."))
        .orElse(REST);
  }

  static Decision bestYield(World world, Prospector self) {
    return world.nuggets().entrySet().stream()
        .max(Comparator.comparingDouble(nugget -> goldPerTurn(self, nugget)))
        .map(
            nugget ->
                fetch(
                    self,
                    nugget.getKey(),
                    nugget.getValue() + " gold at " + nugget.getKey() + " pay best for the walk."))
        .orElse(REST);
  }

  static Decision anywhere(World world, Prospector self) {
    List<Cell> cells = List.copyOf(world.nuggets().keySet());
    if (cells.isEmpty()) {
      return REST;
    }
    Dice dice = new Dice(world.seed(), world.turn());
    Cell cell = cells.get(dice.roll(self.name(), cells.size()));
    return fetch(self, cell, "The dice say " + cell + ".");
  }

  static Decision richestVictim(World world, Prospector self) {
    Optional<Prospector> victim =
        world.prospectors().values().stream()
            .filter(other -> !other.name().equals(self.name()) && other.gold() > 0)
            .max(Comparator.comparingInt(Prospector::gold));
    return victim.map(other -> chase(self, other)).orElseGet(() -> nearest(world, self));
  }

  private static double goldPerTurn(Prospector self, Map.Entry<Cell, Integer> nugget) {
    int steps = self.cell().stepsTo(nugget.getKey());
    int turns = Math.max(1, (steps + self.speed() - 1) / self.speed());
    return (double) nugget.getValue() / turns;
  }

  private static Decision fetch(Prospector self, Cell nugget, String reasoning) {
    List<Action> actions = new ArrayList<>();
    Cell end = self.cell().towards(nugget, self.speed());
    if (!end.equals(self.cell())) {
      actions.add(new Action.Move(end));
    }
    if (end.equals(nugget)) {
      actions.add(new Action.Dig(nugget));
    }
    return new Decision(actions, reasoning);
  }

  private static Decision chase(Prospector self, Prospector victim) {
    List<Action> actions = new ArrayList<>();
    Cell end = self.cell().towards(victim.cell(), self.speed());
    if (!end.equals(self.cell())) {
      actions.add(new Action.Move(end));
    }
    if (end.stepsTo(victim.cell()) <= 1) {
      actions.add(new Action.Rob(victim.name()));
    }
    return new Decision(actions, "Why dig? " + victim.name() + " has " + victim.gold() + " gold.");
  }
}
