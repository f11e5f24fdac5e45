package dev.eider.server.log;

import org.jspecify.annotations.Nullable;

/** A place in the log that moves forward. Confined to the thread that uses it. */
public interface LogReader extends AutoCloseable {
  /**
   * Returns the next record whose position is before {@code limit}, or null when there is none yet.
   * Blocks for as long as reading takes, but does not wait for records to come.
   *
   * @param limit a position, exclusive; one beyond the log's end means that end
   * @throws LogCorruptedException if the record is damaged or was trimmed
   */
  @Nullable LogRecord next(long limit);

  @Override
  void close();
}
