package dev.eider.server.run;

import dev.eider.server.event.RunId;

/**
 * Where a fork comes from. Immutable.
 *
 * @param t the turn that was forked
 * @param seq the seq of that turn's turn_start in the parent
 * @param rootRunId the first ancestor
 */
public record Parent(RunId runId, int t, long seq, RunId rootRunId) {}
