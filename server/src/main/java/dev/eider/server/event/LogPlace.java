package dev.eider.server.event;

/**
 * A place in the order of all events, which is by position, run id and seq: right after the event
 * with these, whether or not there is one. Events of one record share its position. Immutable.
 *
 * @param position of a record; never shown to clients but in a token
 * @param runId empty for a place before every event at the position
 * @param seq 0 for a place before every event of the run at the position
 */
public record LogPlace(long position, String runId, long seq) implements Comparable<LogPlace> {
  /** The place before everything. */
  public static final LogPlace START = before(0);

  /** Returns the place after everything at smaller positions. */
  public static LogPlace before(long position) {
    return new LogPlace(position, "", 0);
  }

  /** Returns the place after an event. */
  public static LogPlace after(long position, RunId runId, long seq) {
    return new LogPlace(position, runId.value(), seq);
  }

  /** Returns the place before the event that a place is after. */
  public LogPlace previous() {
    return new LogPlace(position, runId, seq - 1);
  }

  @Override
  public int compareTo(LogPlace other) {
    int byPosition = Long.compare(position, other.position);
    if (byPosition != 0) {
      return byPosition;
    }
    int byRun = runId.compareTo(other.runId);
    return byRun == 0 ? Long.compare(seq, other.seq) : byRun;
  }
}
