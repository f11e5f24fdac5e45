package dev.eider.server.log;

import dev.eider.server.event.RunId;

/** A record as it was appended; {@code nextPosition} is right behind it. Immutable. */
@SuppressWarnings("ArrayRecordComponent") // handed over to its one reader
public record LogRecord(
    long position, long nextPosition, RunId runId, long firstSeq, byte[] body) {}
