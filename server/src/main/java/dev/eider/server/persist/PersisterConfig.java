package dev.eider.server.persist;

/**
 * The persister's bounds. Immutable.
 *
 * @param lingerMs how long an event waits for a larger transaction
 * @param unpersistedBytesMax how many bytes of log DuckDB may lack before publishes are refused
 * @param checkpointBytes log bytes persisted after which a checkpoint is due
 * @param checkpointIdleMs idle time after which a checkpoint is due
 */
public record PersisterConfig(
    long lingerMs,
    int batchEventsMax,
    long batchBytesMax,
    long unpersistedBytesMax,
    long checkpointBytes,
    long checkpointIdleMs) {}
