package dev.eider.server.hub;

import dev.eider.server.run.RunId;

/** Is told of runs that begin and end. Called on the sequencer thread; must be brief. */
@FunctionalInterface
public interface RunListener {
  /** Says that a run was opened, closed, or both at once. */
  void runChanged(RunId runId, boolean opened, boolean closed);
}
