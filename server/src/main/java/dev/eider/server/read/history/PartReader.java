package dev.eider.server.read.history;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.read.history.RunHistory.Cursor;
import dev.eider.server.read.history.RunHistory.KnownRun;
import dev.eider.server.read.history.RunHistory.Page;
import dev.eider.server.read.history.RunHistory.PageSize;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A way through one run up to a seq that is durable already, be the run deleted by now. Owned by a
 * reader, on one thread at a time.
 */
public final class PartReader {
  private final RunHistory history;
  private final Ancestors ancestors;
  private final RunId runId;
  private final long untilSeq;
  private Cursor cursor;

  /**
   * @param untilSeq inclusive
   */
  public PartReader(RunHistory history, RunId runId, long afterSeq, long untilSeq) {
    this.history = history;
    ancestors = new Ancestors(history);
    this.runId = runId;
    this.untilSeq = untilSeq;
    cursor = new Cursor(afterSeq, 0);
  }

  RunId runId() {
    return runId;
  }

  /** The seq up to which it has been read. */
  long seq() {
    return cursor.seq();
  }

  public boolean isRead() {
    return cursor.seq() >= untilSeq;
  }

  /**
   * Reads on without moving; null when DuckDB must be asked and may not be. Throws RUN_NOT_FOUND or
   * STORAGE_UNAVAILABLE.
   */
  public @Nullable Page read(EventMatcher matcher, PageSize size, boolean mayBlock) {
    if (isRead()) {
      return new Page(List.of(), cursor);
    }
    KnownRun inMemory = ancestors.findInMemory(runId);
    if (inMemory != null) {
      Page page = history.readInMemory(inMemory, cursor, matcher, size);
      if (page != null) {
        requireMore(page, inMemory.run().headSeq());
        return page.until(untilSeq);
      }
    }
    if (!mayBlock) {
      return null;
    }
    Page page = ancestors.readPersisted(runId, cursor, untilSeq, matcher, size);
    if (page.next().seq() <= cursor.seq()) {
      // It may be that only memory does not know yet what DuckDB has.
      requireMore(page, ancestors.headSeq(runId));
    }
    return page;
  }

  /** A run that came in by file may have been forked from another one of its parent's id. */
  private void requireMore(Page page, long headSeq) {
    if (page.next().seq() <= cursor.seq() && headSeq <= cursor.seq()) {
      throw BrokerException.notFound(
          "run %s ends at %d and is to be read up to %d: it is not the run that was forked"
              .formatted(runId, headSeq, untilSeq));
    }
  }

  /** Goes on after what was read. */
  public void advance(Page page) {
    cursor = page.next();
  }
}
