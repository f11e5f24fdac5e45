package dev.eider.server.rpc;

/**
 * The bounds of a request. Immutable.
 *
 * @param requestBytesMax of protobuf, decompressed
 * @param eventsMax in a publish
 */
public record RequestLimits(long requestBytesMax, int eventsMax) {
  /** How many fields a request may hold, those of nested messages included. */
  int fieldsMax() {
    return 1_000_000;
  }
}
