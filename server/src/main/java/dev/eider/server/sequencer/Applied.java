package dev.eider.server.sequencer;

import dev.eider.server.run.FoldedRun;

/**
 * How a command went. Immutable.
 *
 * @param run the run right after the command
 * @param firstSeq of the command's events; 0 when it had none
 * @param lastSeq of the command's events; the head when it had none
 * @param duplicate the command repeated an earlier one and changed nothing
 */
public record Applied(FoldedRun run, long firstSeq, long lastSeq, boolean duplicate) {}
