package dev.eider.cli.arena;

import java.util.stream.Collectors;

/** Words the world for a player, as one would for a language model. Pure. Thread-safe. */
final class Prompt {
  private Prompt() {}

  static String of(World world, Prospector self) {
    String nuggets =
        world.nuggets().entrySet().stream()
            .map(nugget -> nugget.getValue() + " at " + nugget.getKey())
            .collect(Collectors.joining(", "));
    String others =
        world.prospectors().values().stream()
            .filter(other -> !other.name().equals(self.name()))
            .map(other -> other.name() + " at " + other.cell() + " with " + other.gold())
            .collect(Collectors.joining(", "));
    return "Turn %d of %d. You are at %s, own %d gold and walk %d steps. Nuggets: %s. Others: %s."
        .formatted(
            world.turn() + 1,
            Rules.TURNS,
            self.cell(),
            self.gold(),
            self.speed(),
            nuggets.isEmpty() ? "none" : nuggets,
            others);
  }
}
