package dev.eider.server.run;

/**
 * A file of events that waits in the data directory for DuckDB to take it. Immutable: nobody writes
 * to {@code sha256}.
 *
 * @param name without its directory
 * @param sha256 over all its bytes
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content where it matters
public record StagedFile(String name, long bytes, byte[] sha256) {}
