package dev.eider.client;

/**
 * The seq of a run, empty for the one asked for, after which reading begins; seq 0 for the start.
 */
record ResumePoint(String runId, long seq) {}
