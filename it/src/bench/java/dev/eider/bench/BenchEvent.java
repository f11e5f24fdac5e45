package dev.eider.bench;

import dev.eider.v1.Event;

/**
 * An event of the workload, both as Eider gets it and as the others do: columns and a payload in
 * JSON, which is what Eider writes into {@code payload_json}. Immutable: its arrays are not to be
 * changed.
 *
 * @param event as a message
 * @param encoded the message in bytes: whoever publishes has made them before the clock runs
 * @param json the payload in UTF-8, {@code {"kind":…}}
 * @param ts microseconds since 1970
 */
public record BenchEvent(
    Event event,
    byte[] encoded,
    String kind,
    String agentId,
    int t,
    long ts,
    int schemaVersion,
    byte[] json) {}
