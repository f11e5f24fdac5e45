package dev.eider.it.testkit;

/**
 * What every test that treats a broker badly holds it to. The sentence is what a violation begins
 * with.
 *
 * <p>The rules before {@link #CLOSED_IS_PERSISTED} are read off a {@link History} by {@link
 * RuleBook}; the others look into a broker and are required on the spot, in a simulation.
 */
public enum Rule {
  SEQS_CONTIGUOUS("the seqs of a run are 1, 2, 3 and so on"),
  STORED_ONCE("an event is in the log once"),
  NOTHING_INVENTED("every event in a run's log was sent to that run"),
  ACKED_IS_STORED("an acknowledged event is in the log"),
  ACKED_AT_ITS_SEQ("an acknowledged event is at the seq that was acknowledged"),
  SEQ_REUSED("a seq that was acknowledged or seen is never given to another event"),
  REFUSED_IS_ABSENT("an event whose request was refused is not in the log"),
  ALL_OR_NONE("the events of a request are in the log together, in order, or not at all"),
  IMPORT_WHOLE("the runs of an imported file are all there, or none"),
  EXPECTED_SEQ("a request that expects a head comes right after it"),
  SENT_ORDER("requests sent in a row are stored in that order, and none without those before it"),
  REAL_TIME_ORDER("what was sent after an event was acknowledged or seen has a higher seq"),
  READER_CONTIGUOUS("a reader gets each seq it asked for, in order, once"),
  READER_COMPLETE("a reader that is told it has everything up to a seq has it"),
  SAME_BYTES("every reader gets the same bytes"),
  SEEN_IS_KEPT("an event that a reader saw stays in the log"),
  ACK_IS_VISIBLE("a subscription begun after an acknowledgement catches up at or after it"),
  LOG_ORDER("a reader of all runs gets each event once, in the order of the log"),
  CLOSED_STAYS_CLOSED("a closed run ends where it was said to end"),
  DELETED_STAYS_GONE("a deleted run is nowhere, and no run has its id again"),
  FORK_EXACT("a fork begins at the turn_start it names, with its world"),
  TIMELINE_EXACT("a fork inherits its ancestors' events before each fork point, and no others"),
  DIGEST("the digest that is told is that of the log"),

  CLOSED_IS_PERSISTED("a run that was said to be closed is in the store as a whole"),
  POSITION_FORWARD("the store's place in the log never goes back"),
  ROW_ONCE("the store gets each seq of a run once, in order"),
  HEAD_IS_LAST_ROW("the store's head of a run is its last row"),
  DURABLE_BEFORE_PERSISTED("nothing gets into the store that a crash could take from the log"),
  BOUNDS("memory, queues and streams keep to their bounds, and are empty in the end"),
  STARTS("the broker starts on whatever the legal faults leave"),
  NO_DEFECT("no worker, call or stream ends by a defect"),
  LIVENESS("when the faults stop, everybody comes to an end");

  private final String sentence;

  Rule(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }

  /** Throws an AssertionError that begins with the rule's name unless it holds. */
  public void require(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new AssertionError(name() + ": " + String.format(message, arguments));
    }
  }
}
