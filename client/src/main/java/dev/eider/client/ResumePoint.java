package dev.eider.client;

/**
 * A point in a stream of one or several runs, after which reading begins. Immutable.
 *
 * @param runId the run that {@code seq} is of; empty for the run asked for, or with seq 0 for the
 *     first run of the stream
 * @param seq the seq of the last event before this point; 0 for none
 */
record ResumePoint(String runId, long seq) {}
