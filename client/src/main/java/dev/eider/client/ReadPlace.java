package dev.eider.client;

/**
 * A place in a stream of one or several runs. Immutable.
 *
 * @param runId the run that {@code seq} is of; empty for the run asked for, or with seq 0 for the
 *     first one of the stream
 * @param seq of the last event before this place; 0 for none
 */
record ReadPlace(String runId, long seq) {}
