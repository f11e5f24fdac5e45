package dev.eider.server.sequencer;

import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogCorruptedException;
import dev.eider.server.log.LogReader;
import dev.eider.server.log.LogRecord;
import dev.eider.server.run.Fold;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecordCodec;
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
   * @throws LogCorruptedException if the log does not continue what DuckDB has
   */
  public static long run(EventLog log, Hub hub, long fromPosition) {
    // Others may have appended since this daemon last ran.
    long end = log.awaitEnd().join();
    long count = 0;
    try (LogReader reader = log.read(fromPosition)) {
      LogRecord entry = reader.next(end);
      while (entry != null) {
        apply(entry, hub);
        count++;
        entry = reader.next(end);
      }
    }
    return count;
  }

  private static void apply(LogRecord entry, Hub hub) {
    if (ImportRecordCodec.isImport(entry.body())) {
      hub.addImport(ImportRecordCodec.decode(entry.body()), entry.position());
      return;
    }
    RunRecord record = RunRecordCodec.decode(entry.body());
    RunTail tail = hub.find(record.runId());
    FoldedRun after = Fold.apply(tail == null ? null : tail.run(), entry.position(), record);
    if (after == null) {
      throw new LogCorruptedException(
          String.format(
              "run %s: the record at position %d of the log does not continue the run as DuckDB has"
                  + " it: events.duckdb and log/ do not belong together. Put back the two that do.",
              record.runId(), entry.position()));
    }
    hub.advance(after, entry.position(), Sequencing.of(record));
  }
}
