package dev.eider.server.run;

/**
 * A file of events in the data directory that is still to be persisted. Immutable: {@code sha256}
 * is never written to.
 *
 * @param name without its directory
 * @param sha256 over all its bytes
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content where it matters
public record StagedFile(String name, long bytes, byte[] sha256) {}
