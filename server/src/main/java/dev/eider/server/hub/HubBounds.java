package dev.eider.server.hub;

/**
 * What the hub may take of the heap, each in bytes as {@link Chunk} and {@code FoldedRun} count
 * them. Immutable.
 *
 * @param persistedBytesMax events that DuckDB has
 * @param unpersistedBytesMax events that DuckDB lacks
 * @param runBytesMax everything about runs besides their events, the persister's copy included
 */
public record HubBounds(long persistedBytesMax, long unpersistedBytesMax, long runBytesMax) {}
