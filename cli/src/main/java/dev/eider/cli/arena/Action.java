package dev.eider.cli.arena;

/** What a player may do; at most one move and one deed a turn. Immutable. */
sealed interface Action {
  /** Names the action as events do. */
  String type();

  /** Walks to a cell within reach. */
  record Move(Cell to) implements Action {
    @Override
    public String type() {
      return "move";
    }
  }

  /** Takes the nugget on the player's own cell. */
  record Dig(Cell at) implements Action {
    @Override
    public String type() {
      return "dig";
    }
  }

  /** Takes gold from a player at most one step away. */
  record Rob(String victim) implements Action {
    @Override
    public String type() {
      return "rob";
    }
  }

  /** Does nothing. */
  record Rest() implements Action {
    @Override
    public String type() {
      return "rest";
    }
  }
}
