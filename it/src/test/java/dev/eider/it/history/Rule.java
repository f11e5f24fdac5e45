package dev.eider.it.history;

/** What a history is held to. The sentence is what a violation begins with. */
public enum Rule {
  SEQS_CONTIGUOUS("the seqs of a run are 1, 2, 3 and so on"),
  STORED_ONCE("an event is in the log once"),
  NOTHING_INVENTED("every event in a run's log was sent to that run"),
  ACKED_IS_STORED("an acknowledged event is in the log"),
  ACKED_AT_ITS_SEQ("an acknowledged event is at the seq that was acknowledged"),
  SEQ_REUSED("a seq that was acknowledged or seen is never given to another event"),
  REFUSED_IS_ABSENT("an event whose request was refused is not in the log"),
  ALL_OR_NONE("the events of a request are in the log together, in order, or not at all"),
  EXPECTED_SEQ("a request that expects a head comes right after it"),
  SENT_ORDER("requests sent in a row are stored in that order, and none without those before it"),
  REAL_TIME_ORDER("what was sent after an event was acknowledged or seen has a higher seq"),
  READER_CONTIGUOUS("a reader gets each seq after the one it asked for, in order, once"),
  READER_COMPLETE("a reader that is told it has everything up to a seq has it"),
  SAME_BYTES("every reader gets the same bytes"),
  SEEN_IS_KEPT("an event that a reader saw stays in the log"),
  ACK_IS_VISIBLE("a subscription begun after an acknowledgement catches up at or after it"),
  CLOSED_STAYS_CLOSED("a closed run ends where it was said to end"),
  FORK_EXACT("a fork begins at the turn_start it names, with its world"),
  TIMELINE_EXACT("a fork inherits its ancestors' events before each fork point, and no others"),
  DIGEST("the digest that is told is that of the log");

  private final String sentence;

  Rule(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
