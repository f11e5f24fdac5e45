package dev.eider.server.hub;

import dev.eider.server.run.FoldedRun;

/**
 * A listener to runs that are opened, closed and deleted. Called on the sequencer thread, for a run
 * of a library on the thread that found it; must be brief.
 */
@FunctionalInterface
public interface RunListener {
  /**
   * Called after a run was opened, closed or deleted, or several of these at once.
   *
   * @param run the run as it is after that
   */
  void runChanged(FoldedRun run);
}
