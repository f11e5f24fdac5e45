package dev.eider.it.sim;

/** The invariants of a simulation. The name of a broken one is in the failure's message. */
enum Rule {
  /** The events that readers get of a run are one sequence, the same for all, through crashes. */
  ONE_HISTORY,
  /** A reader gets each seq once, in order, without a gap but for what it filters out. */
  CONTIGUOUS,
  /** The events of all runs come in the order of the log, to every reader and at any time. */
  LOG_ORDER,
  /** An event is at one place in one run, whatever was repeated. */
  STORED_ONCE,
  /** What was acknowledged is there after every start. */
  ACKED_SURVIVES,
  /** What a reader has seen is there after every start. */
  SEEN_SURVIVES,
  /** Events published after an acknowledgement have larger seqs. */
  REAL_TIME_ORDER,
  /** A reader that begins after an acknowledgement gets what was acknowledged. */
  READS_OWN_ACK,
  /** What was refused for good is nowhere. */
  REFUSED_IS_ABSENT,
  /** A request is there as a whole and in one piece, or not at all. */
  ALL_OR_NOTHING,
  /** The digest told is that of the events told. */
  DIGEST,
  /** A run that is closed, and was said to be so, is in the store as a whole. */
  CLOSED_IS_PERSISTED,
  /** A child begins with its fork event; its parent has the turn it names. */
  FORK_PREFIX,
  /** The store's place in the log never goes back. */
  POSITION_FORWARD,
  /** The store gets each seq of a run once, in order. */
  ROW_ONCE,
  /** The store's head of a run is its last row. */
  HEAD_IS_LAST_ROW,
  /** Nothing gets into the store that a crash could take from the log. */
  DURABLE_BEFORE_PERSISTED,
  /** Memory, queues and streams keep to their bounds, and are empty in the end. */
  BOUNDS,
  /** The daemon starts on whatever the legal faults leave. */
  STARTS,
  /** No worker and no stream ends by a defect. */
  NO_DEFECT,
  /** When the faults stop, everybody comes to an end. */
  LIVENESS;

  void require(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new AssertionError(name() + ": " + String.format(message, arguments));
    }
  }
}
