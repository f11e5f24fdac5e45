package dev.eider.server.log;

import dev.eider.server.event.RunId;

/**
 * A record as it was appended. Immutable.
 *
 * @param nextPosition the position right after this record
 */
@SuppressWarnings("ArrayRecordComponent") // handed over to its one reader
public record LogRecord(
    long position, long nextPosition, RunId runId, long firstSeq, byte[] body) {}
