package dev.eider.server.sequencer;

import dev.eider.server.base.Invariants;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogReader;
import dev.eider.server.log.LogRecord;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunRecord;
import dev.eider.server.run.RunRecordCodec;

/** Start-up: brings a hub that holds the runs as DuckDB has them to where the log ends. */
public final class LogReplay {
  private LogReplay() {}

  /**
   * Folds the log into the hub. Blocks; to be called before anything else uses the hub.
   *
   * @param fromPosition up to where, exclusively, DuckDB has the log
   * @return how many records were folded
   */
  public static long run(EventLog log, Hub hub, long fromPosition) {
    long count = 0;
    try (LogReader reader = log.read(fromPosition)) {
      LogRecord entry = reader.next(log.endPosition());
      while (entry != null) {
        apply(entry, hub);
        count++;
        entry = reader.next(log.endPosition());
      }
    }
    return count;
  }

  private static void apply(LogRecord entry, Hub hub) {
    RunRecord record = RunRecordCodec.decode(entry.body());
    RunTail tail = hub.find(record.runId());
    FoldedRun after =
        Invariants.requireNonNull(
            Fold.apply(tail == null ? null : tail.run(), entry.position(), record),
            "run %s: the record at position %d does not continue the run",
            record.runId(),
            entry.position());
    hub.advance(after, entry.position(), Sequencing.of(record));
  }
}
