package dev.eider.server.sequencer;

import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.StepRecord;

/** What a record of the log does to the runs in memory, once it is durable. Immutable. */
sealed interface Effect {
  /** A run takes a step, by a record at a position, and is as {@code after} then. */
  record Step(StepRecord record, long position, FoldedRun after) implements Effect {}

  /** Runs come in from a file; readers see them once DuckDB has them. */
  record Import(ImportRecord record, long position) implements Effect {}
}
