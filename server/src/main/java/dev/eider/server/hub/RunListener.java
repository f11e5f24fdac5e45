package dev.eider.server.hub;

import dev.eider.server.run.FoldedRun;

/**
 * A listener to runs that are opened, closed and deleted. Called on the sequencer thread, for a run
 * of a library on the thread that found it; must be brief.
 */
@FunctionalInterface
public interface RunListener {
  /** Called after a run was opened, closed, deleted or several of these, with what it is now. */
  void runChanged(FoldedRun run);
}
