package dev.eider.server.persist;

/**
 * The persister's bounds. Immutable.
 *
 * @param lingerMs how long an event waits for a larger transaction
 * @param backlogBytes of the log that DuckDB may lack before a transaction begins without waiting
 * @param checkpointBytes log bytes persisted after which a checkpoint is due
 * @param checkpointIdleMs idle time after which a checkpoint is due
 */
public record PersisterConfig(
    long lingerMs,
    int batchEventsMax,
    long batchBytesMax,
    long backlogBytes,
    long checkpointBytes,
    long checkpointIdleMs) {}
