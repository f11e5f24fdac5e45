package dev.eider.server.base;

import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that lives as long as the daemon. A defect that ends it early is reported to whoever
 * runs the daemon. Thread-safe.
 */
public final class Worker {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  private final Thread thread;

  /**
   * Starts a worker.
   *
   * @param body returns when the worker is asked to stop
   * @param onDefect told the worker's name and what ended it, on the worker's thread
   */
  public Worker(String name, Runnable body, BiConsumer<String, Throwable> onDefect) {
    thread = new Thread(() -> run(name, body, onDefect), name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Waits for the worker to end.
   *
   * @return whether it did
   */
  public boolean join(long timeoutMs) throws InterruptedException {
    thread.join(Math.max(1, timeoutMs));
    return !thread.isAlive();
  }

  @SuppressWarnings("CatchAllThrowable") // the last stop before the thread is gone
  private static void run(String name, Runnable body, BiConsumer<String, Throwable> onDefect) {
    try {
      body.run();
    } catch (Throwable t) {
      LOG.error("worker {} ended by a defect", name, t);
      onDefect.accept(name, t);
    }
  }
}
