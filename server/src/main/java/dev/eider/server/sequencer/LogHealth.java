package dev.eider.server.sequencer;

/** Whether the log takes events. */
public enum LogHealth {
  OK,
  /** The disk is full; it takes events again when there is space. */
  FULL,
  /** The disk failed; a restart is needed. */
  BROKEN
}
