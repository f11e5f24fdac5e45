package dev.eider.server.files.transfer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.files.format.RunFileWriter;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.row.LargeRows;
import dev.eider.v1.ErrorReason;
import java.util.function.LongConsumer;

/** Copies runs from DuckDB into a file, a page at a time. Owned by one thread. */
final class RunExport {
  private static final int PAGE_EVENTS_MAX = 4_096;
  private static final long PAGE_BYTES_MAX = 1 << 20;

  private final ColdReader reader;
  private final RunFileWriter file;
  private final LongConsumer onBytes;

  /**
   * @param onBytes told of the bytes of each page; what it throws ends the copy
   */
  RunExport(ColdReader reader, RunFileWriter file, LongConsumer onBytes) {
    this.reader = reader;
    this.file = file;
    this.onBytes = onBytes;
  }

  /** Copies a run as it is given. */
  void copy(FoldedRun run) throws StoreException {
    file.begin(run.runId());
    long seq = 0;
    long position = run.firstPosition();
    while (seq < run.headSeq()) {
      long bytes = 0;
      // As it is read and written a large event takes several times its size.
      try (LargeRows.Turn turn = LargeRows.take()) {
        ColdPage page = reader.readPage(pageAfter(run, seq, position));
        for (SequencedEvent event : page.events()) {
          bytes += event.envelope().length;
          file.add(EncodedEvent.decode(event.eventBytes()));
        }
        seq = page.scannedSeq();
        position = page.position();
      }
      if (file.sums().headSeq() != seq) {
        throw BrokerException.of(
            ErrorReason.ERROR_REASON_RUN_NOT_FOUND,
            "run " + run.runId() + " was deleted while it was exported");
      }
      onBytes.accept(bytes);
    }
    file.end(run);
  }

  private static PageQuery pageAfter(FoldedRun run, long seq, long position) {
    return new PageQuery(
        run.runId(),
        seq,
        run.headSeq(),
        position,
        run.lastPosition(),
        EventMatcher.ALL,
        PAGE_EVENTS_MAX,
        PAGE_BYTES_MAX);
  }
}
