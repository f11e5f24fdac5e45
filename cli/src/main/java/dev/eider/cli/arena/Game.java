package dev.eider.cli.arena;

import dev.eider.cli.arena.Player.Decision;
import dev.eider.v1.Event;
import java.util.List;
import java.util.function.Consumer;

/** Plays gold rush and tells every step as an event. Immutable. */
public final class Game {
  /** How many turns a game has. */
  public static final int TURNS = Rules.TURNS;

  private static final int SEED = 259;

  private Game() {}

  /** Returns the world in which the demo's game begins. */
  public static World opening() {
    return Rules.opening(SEED);
  }

  /** Returns who plays, in the order of play. */
  public static List<Player> players() {
    return Rules.PLAYERS;
  }

  /** Plays from the turn of a world to the end and returns that; events have no ts. */
  public static World play(World world, Consumer<Event> events) {
    World current = world;
    while (current.turn() < TURNS) {
      current = Rules.nextTurn(playTurn(current, events));
    }
    for (Player player : Rules.PLAYERS) {
      int gold = current.goldOf(player.name());
      events.accept(TurnEvents.score(TURNS - 1, player.name(), gold));
    }
    return current;
  }

  private static World playTurn(World world, Consumer<Event> events) {
    events.accept(TurnEvents.turnStart(world));
    World current = world;
    for (Player player : Rules.PLAYERS) {
      current = playPlayer(current, player, events);
    }
    return current;
  }

  private static World playPlayer(World world, Player player, Consumer<Event> events) {
    Prospector self = world.prospector(player.name());
    TurnEvents tell = new TurnEvents(world.turn(), player.name());
    String prompt = TurnEvents.promptOf(world, self);
    Decision decision = player.script().decide(world, self);
    events.accept(tell.observation(world, self));
    events.accept(tell.prompt(prompt));
    events.accept(tell.response(prompt, decision));
    World current = world;
    for (int i = 0; i < decision.actions().size(); i++) {
      Action action = decision.actions().get(i);
      Rules.Outcome outcome = Rules.apply(current, player.name(), action);
      events.accept(tell.action(i, action));
      events.accept(tell.result(i, action, outcome, !outcome.world().equals(current)));
      current = outcome.world();
    }
    return current;
  }
}
