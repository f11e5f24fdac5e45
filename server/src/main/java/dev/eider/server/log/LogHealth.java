package dev.eider.server.log;

/**
 * The health of a log. Immutable.
 *
 * @param isWritable whether the latest batch or probe succeeded, if there was any
 * @param usableBytes the bytes that the log can still take; {@link Long#MAX_VALUE} if unknown
 * @param segmentCount the number of parts that the log is kept in
 */
public record LogHealth(boolean isWritable, long usableBytes, int segmentCount) {}
