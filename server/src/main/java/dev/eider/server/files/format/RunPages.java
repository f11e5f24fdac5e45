package dev.eider.server.files.format;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import java.sql.SQLException;
import java.util.List;

/** Reads pages of a run of a file that is open. Used by one thread. */
interface RunPages {
  /**
   * Returns the next events of a run.
   *
   * @param afterSeq exclusive
   * @param eventsMax how many are wanted; they must be there
   * @param bytesMax the page ends with the event that reaches it
   */
  List<SequencedEvent> read(RunId runId, long afterSeq, int eventsMax, long bytesMax)
      throws SQLException;

  /** Returns the range that holds all events that match, as far as that is known. */
  default SeqRange range(RunId runId, EventMatcher matcher) throws SQLException {
    return SeqRange.ALL;
  }

  /**
   * A part of a run.
   *
   * @param afterSeq exclusive
   * @param untilSeq inclusive
   */
  record SeqRange(long afterSeq, long untilSeq) {
    static final SeqRange ALL = new SeqRange(0, Long.MAX_VALUE);
  }
}
