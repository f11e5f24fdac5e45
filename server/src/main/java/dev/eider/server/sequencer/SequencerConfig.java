package dev.eider.server.sequencer;

/**
 * The sequencer's bounds. Immutable.
 *
 * @param async acknowledge after write, and force every {@code forceIntervalMs}
 * @param unpersistedBytesMax how many bytes of log DuckDB may lack before publishes are refused
 * @param diskReserveBytes how much of the log's disk is left free
 */
public record SequencerConfig(
    boolean async,
    long forceIntervalMs,
    int queueRequestsMax,
    long queueBytesMax,
    long batchBytesMax,
    int openRunsMax,
    int producersPerRunMax,
    long unpersistedBytesMax,
    long diskReserveBytes,
    long graceMs) {}
