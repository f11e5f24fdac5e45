package dev.eider.cli.arena;

import java.util.List;

/** Who plays, in the order of play. Immutable. */
final class Cast {
  static final List<Player> PLAYERS =
      List.of(
          new Player("ada", "greedy", "goes for the nearest nugget", Scripts::nearest),
          new Player(
              "bo", "planner", "wants the most gold per turn of walking", Scripts::bestYield),
          new Player("cyd", "gambler", "throws dice for where to go", Scripts::anywhere),
          new Player("dot", "raider", "follows the richest and robs them", Scripts::richestVictim));

  private Cast() {}
}
