package dev.eider.it.testkit.workload;

import org.jspecify.annotations.Nullable;

/**
 * The responses of a streaming call, pulled by the one client that made it.
 *
 * @param <R> a response
 */
public interface Inflow<R> extends AutoCloseable {
  /** Waits for the next response; returns null if none came in time, or none will come. */
  @Nullable R next(long atMostMs);

  /** Returns whether the stream has ended and everything that came was taken. */
  boolean isOver();

  /** Returns how a stream that is over has ended: OK has a value, an open outcome no reason. */
  Answer<Boolean> end();

  /** Leaves the stream. */
  @Override
  void close();
}
