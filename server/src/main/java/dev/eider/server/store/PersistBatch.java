package dev.eider.server.store;

import dev.eider.server.run.FoldedRun;
import java.util.List;

/**
 * What one transaction writes. Immutable.
 *
 * @param events ordered by run id and seq
 * @param runs every run that the batch's records changed, as it is after them
 * @param nextPosition the log position right after the batch
 */
public record PersistBatch(List<EventRow> events, List<FoldedRun> runs, long nextPosition) {}
