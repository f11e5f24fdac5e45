package dev.eider.cli.arena;

import java.util.List;

/** One scripted agent; strategy in a word, motto in a few words for people. Immutable. */
public record Player(String name, String strategy, String motto, Script script) {

  /** Stands in for a language model: sees the world, answers with actions and a reason. Pure. */
  @FunctionalInterface
  interface Script {
    Decision decide(World world, Prospector self);
  }

  /** What a script answers. Immutable. */
  record Decision(List<Action> actions, String reasoning) {
    Decision {
      actions = List.copyOf(actions);
    }
  }
}
