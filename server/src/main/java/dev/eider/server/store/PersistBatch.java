package dev.eider.server.store;

import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction writes. Immutable.
 *
 * @param events ordered by run id and seq
 * @param runs every run that the batch's records changed, as it is after them
 * @param nextPosition the log position right after the batch
 * @param staged the file that holds the events, where they are not in {@code events}
 */
public record PersistBatch(
    List<EventRow> events, List<FoldedRun> runs, long nextPosition, @Nullable StagedRows staged) {

  public PersistBatch(List<EventRow> events, List<FoldedRun> runs, long nextPosition) {
    this(events, runs, nextPosition, null);
  }

  /** Returns what the import at a log position writes. */
  public static PersistBatch of(ImportRecord record, long position, long nextPosition) {
    return new PersistBatch(
        List.of(),
        record.runsAt(position),
        nextPosition,
        new StagedRows(record.file(), position, record.eventCount()));
  }
}
