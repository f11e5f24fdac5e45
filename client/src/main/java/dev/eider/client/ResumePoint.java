package dev.eider.client;

/** A seq of a run, empty for the one asked for, after which to read; 0 for the start. */
record ResumePoint(String runId, long seq) {}
