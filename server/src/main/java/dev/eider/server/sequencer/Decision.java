package dev.eider.server.sequencer;

import dev.eider.server.run.StepRecord;

/** What a command leads to. Immutable. */
sealed interface Decision {
  /** A record to append; its fold is the command's effect. */
  record Append(StepRecord record) implements Decision {}

  /** An answer at once, since nothing is to change. */
  record Answer(Applied applied) implements Decision {}
}
