package dev.eider.server.base;

import java.util.function.BiConsumer;

/**
 * Where a daemon's threads, waits and timers come from, so that a simulation can be the one to say
 * whose turn it is and what time it is.
 *
 * <p>Implementations are thread-safe.
 */
public interface Threads {
  /**
   * Starts a thread that lives as long as the daemon.
   *
   * @param body returns when the worker is asked to stop
   * @param onDefect told the worker's name and what ended it early, on the worker's thread
   */
  Worker start(String name, Runnable body, BiConsumer<String, Throwable> onDefect);

  /** Makes a signal that is not raised. */
  Signal newSignal();

  /** Starts {@code count} threads that share one queue of tasks. */
  Pool newPool(String name, int count);

  /** Starts a thread for what is brief and has its time. */
  Timer newTimer(String name);
}
