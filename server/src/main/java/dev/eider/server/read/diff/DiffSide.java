package dev.eider.server.read.diff;

import dev.eider.server.base.Invariants;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.history.Inheritance;
import dev.eider.server.read.history.PartReader;
import dev.eider.server.read.history.ReadStart;
import dev.eider.server.read.history.RunHistory;
import dev.eider.server.read.history.RunHistory.Page;
import dev.eider.server.read.history.RunHistory.PageSize;
import dev.eider.server.run.FoldedRun;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of a {@link RunDiff} through one of its runs, as it was when the way began. Keeps what
 * distinguishes the events of one page, not the events. Owned by the diff, on one thread at a time.
 */
final class DiffSide {
  private final RunHistory history;
  private final ReadStart start;
  private final EventMatcher matcher;
  private final Inheritance inheritance;
  private final Deque<ComparedEvent> ahead = new ArrayDeque<>();
  private @Nullable FoldedRun run;
  private @Nullable PartReader own;

  DiffSide(RunHistory history, RunId runId, boolean includeInherited, EventMatcher matcher) {
    this.history = history;
    this.matcher = matcher;
    start = new ReadStart(runId, 0, includeInherited, null);
    inheritance = new Inheritance(history, start);
  }

  /**
   * Looks the run up, the first time. Blocks.
   *
   * @throws dev.eider.server.base.BrokerException RUN_NOT_FOUND or STORAGE_UNAVAILABLE
   */
  void begin() {
    if (run == null) {
      run = history.get(start.runId()).run();
      own = new PartReader(history, start.runId(), 0, run.headSeq());
    }
  }

  /**
   * Requires that the run is not deleted meanwhile. Blocks.
   *
   * @throws dev.eider.server.base.BrokerException RUN_NOT_FOUND or STORAGE_UNAVAILABLE
   */
  void requireThere() {
    history.requireThere(start.runId());
  }

  /** The seq up to which the run is compared. */
  long headSeq() {
    return begun().headSeq();
  }

  /** The next event; null when there is none, or it has yet to be read. */
  @Nullable ComparedEvent peek() {
    return ahead.peekFirst();
  }

  void drop() {
    ahead.removeFirst();
  }

  void dropAll() {
    ahead.clear();
  }

  /** Returns whether every event has been handed out. */
  boolean isAtEnd() {
    return ahead.isEmpty() && inheritance.isOver() && ownPart().isRead();
  }

  /**
   * Reads a page when there is nothing ahead; it may hold nothing. Blocks.
   *
   * @return what was read
   * @throws dev.eider.server.base.BrokerException RUN_NOT_FOUND or STORAGE_UNAVAILABLE
   */
  List<ComparedEvent> readOn(PageSize size) {
    if (!ahead.isEmpty() || isAtEnd()) {
      return List.of();
    }
    boolean isInherited = !inheritance.isOver();
    Page page =
        isInherited
            ? inheritance.read(begun(), matcher, size, true)
            : ownPart().read(matcher, size, true);
    Page read =
        Invariants.requireNonNull(page, "run %s: no page though it may block", start.runId());
    RunId ofRun = start.runId();
    if (isInherited) {
      RunId ancestor = inheritance.runId();
      ofRun = ancestor == null ? ofRun : ancestor;
      inheritance.advance(read);
    } else {
      ownPart().advance(read);
    }
    for (SequencedEvent event : read.events()) {
      ahead.add(ComparedEvent.of(ofRun, event));
    }
    return List.copyOf(ahead);
  }

  private FoldedRun begun() {
    return Invariants.requireNonNull(run, "run %s is not looked up", start.runId());
  }

  private PartReader ownPart() {
    return Invariants.requireNonNull(own, "run %s is not looked up", start.runId());
  }
}
