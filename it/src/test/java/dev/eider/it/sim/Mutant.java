package dev.eider.it.sim;

/** A daemon with a bug, to see that the simulation finds it. */
enum Mutant {
  NONE,
  /** The log is not forced at all, but says so. */
  ACK_BEFORE_FORCE,
  /** Producers' places are not looked at, so that a repeat is stored again. */
  NO_PRODUCER_TABLE,
  /** Readers are shown what is not forced; only the acknowledgement waits. */
  VISIBLE_BEFORE_DURABLE,
  /** The store's place in the log is written after the transaction with the rows. */
  POSITION_OUTSIDE_TRANSACTION,
  /** The open runs are read back as of one transaction earlier. */
  SEQ_REUSED_AFTER_RESTART,
  /** The store passes over deletions. */
  DELETIONS_NOT_PERSISTED,
  /** Nobody remembers which ids were those of deleted runs. */
  DELETED_IDS_FORGOTTEN
}
