package dev.eider.cli.arena;

import java.util.Locale;

/** What a player may do; at most one move and one deed a turn. Immutable. */
sealed interface Action {
  /** Names the action as events do: move, dig, rob or rest. */
  default String type() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /** Walks to a cell within reach. */
  record Move(Cell to) implements Action {}

  /** Takes the nugget on the player's own cell. */
  record Dig(Cell at) implements Action {}

  /** Takes gold from a player at most one step away. */
  record Rob(String victim) implements Action {}

  /** Does nothing. */
  record Rest() implements Action {}
}
