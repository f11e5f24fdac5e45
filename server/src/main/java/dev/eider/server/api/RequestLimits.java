package dev.eider.server.api;

/**
 * The bounds of requests. Immutable.
 *
 * @param requestBytesMax of one request, as protobuf, decompressed
 * @param eventsMax of one request
 * @param inboundBytesMax of all requests that are arriving or under way
 * @param callsMax how many calls may be open
 */
public record RequestLimits(
    long requestBytesMax, int eventsMax, long inboundBytesMax, int callsMax) {
  /** What parsers in most languages bear, and the most that any message of the daemon may have. */
  public static final int NESTING_MAX = 100;

  /** Returns how many fields a request may hold, those of nested messages included. */
  public int fieldsMax() {
    return 1_000_000;
  }
}
