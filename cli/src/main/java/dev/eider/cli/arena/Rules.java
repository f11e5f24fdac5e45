package dev.eider.cli.arena;

import dev.eider.cli.arena.World.Dice;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What an action does to the world, and what happens between turns. Pure. Thread-safe. */
final class Rules {
  static final int TURNS = 8;
  static final int LOOT_MAX = 4;
  private static final int WIDTH = 9;
  private static final int HEIGHT = 5;
  private static final int SPEED = 2;
  private static final int FIRST_NUGGETS = 7;
  private static final int NUGGETS_A_TURN = 2;
  private static final int WORTH_MAX = 9;

  /** Who plays, in the order of play. */
  static final List<Player> PLAYERS =
      List.of(
          new Player("ada", "greedy", "goes for the nearest nugget", Scripts::nearest),
          new Player(
              "bo", "planner", "wants the most gold per turn of walking", Scripts::bestYield),
          new Player("cyd", "gambler", "throws dice for where to go", Scripts::anywhere),
          new Player("dot", "raider", "follows the richest and robs them", Scripts::richestVictim));

  /** Returns the world before the first turn: the players in the corners, nuggets strewn about. */
  static World opening(int seed) {
    SortedMap<String, Prospector> prospectors = new TreeMap<>();
    Cell[] corners = {
      new Cell(0, 0),
      new Cell(WIDTH - 1, HEIGHT - 1),
      new Cell(0, HEIGHT - 1),
      new Cell(WIDTH - 1, 0)
    };
    for (int i = 0; i < PLAYERS.size(); i++) {
      String name = PLAYERS.get(i).name();
      prospectors.put(name, new Prospector(name, corners[i], 0, SPEED));
    }
    World bare = new World(seed, 0, WIDTH, HEIGHT, prospectors, new TreeMap<>());
    return strew(bare, FIRST_NUGGETS);
  }

  /** Begins the next turn: new nuggets appear. */
  static World nextTurn(World world) {
    return strew(world.atTurn(world.turn() + 1), NUGGETS_A_TURN);
  }

  /** Says what an action does. One that the rules forbid changes nothing. */
  static Outcome apply(World world, String actor, Action action) {
    Prospector self = world.prospector(actor);
    if (action instanceof Action.Move move) {
      return move(world, self, move.to());
    }
    if (action instanceof Action.Dig dig) {
      return dig(world, self, dig.at());
    }
    if (action instanceof Action.Rob rob) {
      return rob(world, self, rob.victim());
    }
    return new Outcome(world, 0, "rests");
  }

  private static Outcome move(World world, Prospector self, Cell to) {
    if (self.cell().stepsTo(to) > self.speed()) {
      return new Outcome(world, 0, to + " is too far");
    }
    return new Outcome(world.with(self.at(to)), 0, "walks to " + to);
  }

  private static Outcome dig(World world, Prospector self, Cell at) {
    Integer worth = self.cell().equals(at) ? world.nuggets().get(at) : null;
    if (worth == null) {
      return new Outcome(world, 0, "finds nothing at " + at);
    }
    World dug = world.withoutNuggetAt(at).with(self.richerBy(worth));
    return new Outcome(dug, worth, "digs up " + worth + " at " + at);
  }

  private static Outcome rob(World world, Prospector self, String victimName) {
    Prospector victim = world.prospector(victimName);
    int loot = Math.min(LOOT_MAX, victim.gold());
    if (victimName.equals(self.name()) || self.cell().stepsTo(victim.cell()) > 1 || loot == 0) {
      return new Outcome(world, 0, "cannot rob " + victimName);
    }
    World robbed = world.with(victim.richerBy(-loot)).with(self.richerBy(loot));
    return new Outcome(robbed, loot, "robs " + victimName + " of " + loot);
  }

  private static World strew(World world, int count) {
    Dice dice = new Dice(world.seed(), world.turn());
    World strewn = world;
    for (int i = 0; i < count; i++) {
      Cell cell = new Cell(dice.roll("x" + i, world.width()), dice.roll("y" + i, world.height()));
      strewn = strewn.withNugget(cell, 1 + dice.roll("worth" + i, WORTH_MAX));
    }
    return strewn;
  }

  /** What came of an action: the world, the gold won, a story to follow the actor's name. */
  record Outcome(World world, int gained, String story) {}
}
