package dev.eider.server.log;

/**
 * How a log is. Immutable.
 *
 * @param isWritable whether the latest batch or probe succeeded, if there was any
 * @param usableBytes how many bytes the log can still take; {@link Long#MAX_VALUE} if nobody can
 *     tell
 * @param segmentCount how many parts the log is kept in
 */
public record LogHealth(boolean isWritable, long usableBytes, int segmentCount) {}
