package dev.eider.server.hub;

import dev.eider.server.run.FoldedRun;

/**
 * Is told of runs that begin, end and are deleted. Called on the sequencer thread, for a run of a
 * library on the thread that found it; must be brief.
 */
@FunctionalInterface
public interface RunListener {
  /**
   * Says that a run was opened, closed, deleted, or several at once; it is given as it is after
   * that.
   */
  void runChanged(FoldedRun run);
}
