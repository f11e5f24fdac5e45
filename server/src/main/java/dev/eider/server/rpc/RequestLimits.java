package dev.eider.server.rpc;

/** The bounds of a request. Immutable. */
public record RequestLimits(long requestBytesMax, int eventsMax) {}
