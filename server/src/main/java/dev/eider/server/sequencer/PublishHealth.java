package dev.eider.server.sequencer;

/** Whether what is published is taken, and what keeps it from being. */
public enum PublishHealth {
  OK,
  /** The log's disk is full; events are taken again when there is space. */
  FULL,
  /** The log's disk refuses to be written; events are taken again when it does no more. */
  FAILING,
  /** DuckDB fails and lacks as much as it may; events are taken again when it has caught up. */
  STORE_BEHIND,
  /** The log's disk failed and what it holds is in doubt; a restart is needed. */
  BROKEN
}
