package dev.eider.server.log;

import org.jspecify.annotations.Nullable;

/** A place in the log that moves forward. Confined to the thread that uses it. */
public interface LogReader extends AutoCloseable {
  /**
   * Returns the next record before {@code limit}, or null when there is none yet.
   *
   * @param limit a position, exclusive; at most the log's end
   * @throws LogCorruptedException if the record is damaged
   */
  @Nullable LogRecord next(long limit);

  @Override
  void close();
}
