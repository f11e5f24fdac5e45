package dev.eider.server.base;

import java.util.concurrent.Executor;

/** Threads that share one queue of tasks. Thread-safe. */
public interface Pool extends Executor, AutoCloseable {
  /** Takes no more tasks, and waits a second for what is under way. */
  @Override
  void close();
}
