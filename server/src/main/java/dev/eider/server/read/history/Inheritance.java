package dev.eider.server.read.history;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.read.history.RunHistory.Cursor;
import dev.eider.server.read.history.RunHistory.Page;
import dev.eider.server.read.history.RunHistory.PageSize;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.Parent;
import dev.eider.v1.ErrorReason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run inherits, in pages: of each ancestor the events before the turn_start at which the
 * next one was forked from it, the first ancestor's first.
 *
 * <p>A run knows its parent only, so the parts are found by climbing from the run to the first
 * ancestor, which is then read first. At most {@link #PARTS_MAX} parts are kept, those to be read
 * next; when they are read, it climbs again as far as it has read. So a lineage of any depth takes
 * the same memory, and a climb goes on over as many reads as it takes.
 *
 * <p>Nothing here changes while it is read: a run's parent and fork point are those of its first
 * record, and what precedes the fork point was durable before the fork was made. The same holds in
 * DuckDB, which takes records in the order of the log. An ancestor that is deleted is kept as far
 * as it is inherited.
 *
 * <p>Owned by the reader, on one thread at a time.
 */
public final class Inheritance {
  /** How many parts are kept at a time. */
  static final int PARTS_MAX = 256;

  private static final int CLIMBS_PER_READ = 50;
  private static final Page NOTHING = new Page(List.of(), Cursor.START);

  private final RunHistory history;
  private final Ancestors ancestors;
  private final ReadStart start;
  private final Deque<Part> parts = new ArrayDeque<>();
  private boolean isOver;
  private boolean isBegun;

  /** The last ancestor of which all has been read; a climb ends below it. */
  private @Nullable RunId readThrough;

  /** Where a climb stands; null when none is under way. */
  private @Nullable FoldedRun climber;

  private boolean isCut;

  /** The first of the parts, while it is read. */
  private @Nullable PartReader reading;

  public Inheritance(RunHistory history, ReadStart start) {
    this.history = history;
    ancestors = new Ancestors(history);
    this.start = start;
    isOver = !start.isInherited();
  }

  /** Returns whether all that is inherited has been read. */
  public boolean isOver() {
    return isOver;
  }

  /** The ancestor that is being read; null when there is none. */
  public @Nullable RunId runId() {
    return reading == null ? null : reading.runId();
  }

  /** The seq up to which it has been read. */
  public long seq() {
    return reading == null ? 0 : reading.seq();
  }

  /**
   * Reads on; the place stays until {@link #advance}. A page may be empty, and all may be over.
   *
   * @param run the run that inherits
   * @return null when DuckDB must be asked and may not be
   * @throws BrokerException RUN_NOT_FOUND if an ancestor is gone; INVALID_REQUEST or
   *     SEQ_BEYOND_HEAD if the place to begin is not inherited; STORAGE_UNAVAILABLE
   */
  public @Nullable Page read(FoldedRun run, EventMatcher matcher, PageSize size, boolean mayBlock) {
    leaveFinishedPart();
    if (!isOver && (parts.isEmpty() || climber != null) && !climb(run, mayBlock)) {
      return mayBlock ? NOTHING : null;
    }
    if (isOver) {
      return NOTHING;
    }
    if (reading == null) {
      Part part = parts.getFirst();
      reading = new PartReader(history, part.runId, afterSeq(part), part.untilSeq);
      isBegun = true;
    }
    return reading.read(matcher, size, mayBlock);
  }

  /** Goes on after what was read. */
  public void advance(Page page) {
    if (reading != null) {
      reading.advance(page);
    }
  }

  private void leaveFinishedPart() {
    if (reading != null && reading.isRead()) {
      readThrough = parts.removeFirst().runId;
      reading = null;
      isOver = parts.isEmpty() && !isCut;
    }
  }

  /** Returns whether the climb is at its end. */
  private boolean climb(FoldedRun run, boolean mayBlock) {
    FoldedRun at = climber;
    if (at == null) {
      at = run;
      isCut = false;
    }
    for (int i = 0; i < CLIMBS_PER_READ; i++) {
      climber = at;
      Parent parent = at.parent();
      if (parent == null || parent.runId().equals(readThrough)) {
        requireBegun();
        isOver = parts.isEmpty();
        climber = null;
        return true;
      }
      FoldedRun ancestor = ancestors.find(parent.runId(), mayBlock);
      if (ancestor == null) {
        return false;
      }
      add(new Part(parent.runId(), parent.seq() - 1));
      if (!isBegun && parent.runId().equals(start.afterRunId())) {
        climber = null;
        return true;
      }
      at = ancestor;
    }
    climber = at;
    return false;
  }

  private void add(Part part) {
    parts.addFirst(part);
    if (parts.size() > PARTS_MAX) {
      parts.removeLast();
      isCut = true;
    }
  }

  private void requireBegun() {
    if (!isBegun && start.afterRunId() != null) {
      throw BrokerException.ofField(
          ErrorReason.ERROR_REASON_INVALID_REQUEST,
          "after_run_id",
          "must be run " + start.runId() + " or an ancestor; it is " + start.afterRunId());
    }
  }

  private long afterSeq(Part part) {
    if (isBegun) {
      return 0;
    }
    if (start.afterSeq() > part.untilSeq) {
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_SEQ_BEYOND_HEAD,
              "after_seq is %s, but run %s inherits run %s up to %s"
                  .formatted(start.afterSeq(), start.runId(), part.runId, part.untilSeq))
          .with("head_seq", part.untilSeq);
    }
    return start.afterSeq();
  }

  /** What is inherited of one ancestor, inclusive; may be nothing. */
  private record Part(RunId runId, long untilSeq) {}
}
