package dev.eider.server.subscribe;

import dev.eider.server.run.EventMatcher;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunId;
import dev.eider.server.subscribe.RunHistory.Cursor;
import dev.eider.server.subscribe.RunHistory.KnownRun;
import dev.eider.server.subscribe.RunHistory.Page;
import dev.eider.server.subscribe.RunHistory.PageSize;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A way through one run up to a seq that is durable already. Owned by a reader, on one thread at a
 * time.
 */
final class PartReader {
  private final RunHistory history;
  private final RunId runId;
  private final long untilSeq;
  private final boolean persistedOnly;
  private Cursor cursor;

  /** The run once DuckDB has told of it. */
  private @Nullable FoldedRun persisted;

  /**
   * @param untilSeq inclusive
   * @param persistedOnly whether to read DuckDB even of what is in memory
   */
  PartReader(RunHistory history, RunId runId, long afterSeq, long untilSeq, boolean persistedOnly) {
    this.history = history;
    this.runId = runId;
    this.untilSeq = untilSeq;
    this.persistedOnly = persistedOnly;
    cursor = new Cursor(afterSeq, 0);
  }

  RunId runId() {
    return runId;
  }

  /** The seq up to which it has been read. */
  long seq() {
    return cursor.seq();
  }

  boolean isRead() {
    return cursor.seq() >= untilSeq;
  }

  /**
   * Reads on; the place stays until {@link #advance}.
   *
   * @return null when DuckDB must be asked and may not be
   * @throws dev.eider.server.run.BrokerException RUN_NOT_FOUND or STORAGE_UNAVAILABLE
   */
  @Nullable Page read(EventMatcher matcher, PageSize size, boolean mayBlock) {
    if (isRead()) {
      return new Page(List.of(), cursor);
    }
    KnownRun inMemory = persistedOnly ? null : history.findInMemory(runId);
    if (inMemory != null) {
      Page page = history.readInMemory(inMemory, cursor, matcher, size);
      if (page != null) {
        return page.until(untilSeq);
      }
    }
    if (!mayBlock) {
      return null;
    }
    if (inMemory == null) {
      return history.readPersisted(persisted(), cursor, untilSeq, matcher, size);
    }
    // Memory has let go of the next event: DuckDB has it, and what else it had by then.
    long persistedSeq = Math.min(untilSeq, inMemory.currentPersistedSeq());
    return history.readPersisted(inMemory.run(), cursor, persistedSeq, matcher, size);
  }

  /** Goes on after what was read. */
  void advance(Page page) {
    cursor = page.next();
  }

  private FoldedRun persisted() {
    FoldedRun run = persisted;
    if (run == null) {
      run = history.findPersisted(runId);
      if (run == null) {
        throw RunHistory.runNotFound(runId);
      }
      persisted = run;
    }
    return run;
  }
}
