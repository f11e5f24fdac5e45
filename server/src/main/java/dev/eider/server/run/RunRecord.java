package dev.eider.server.run;

import dev.eider.server.event.RunId;

/** A record of the log. Immutable. */
public sealed interface RunRecord permits StepRecord, ImportRecord {
  /** Returns the run that the record is of. */
  RunId runId();

  /** Returns when the daemon accepted it, in microseconds since 1970 UTC. */
  long timeUs();

  /** Returns the seq of the record's first event; 0 for a record without events. */
  long firstSeq();
}
