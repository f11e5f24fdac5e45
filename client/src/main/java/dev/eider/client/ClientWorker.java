package dev.eider.client;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which a client does what nobody waits for: the publish stream, lingering,
 * retries, completing futures. Its tasks never block. Thread-safe.
 */
final class ClientWorker implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(ClientWorker.class);

  private final ScheduledThreadPoolExecutor executor;
  // Written when the thread is made, read by any.
  private volatile @Nullable Thread thread;

  ClientWorker() {
    executor = new ScheduledThreadPoolExecutor(1, this::newThread);
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    // After close there is nothing left that a task could do.
    executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(guarded(task));
  }

  /** Runs the task after a while; never, when the client is closed first. */
  void schedule(Runnable task, long delayNanos) {
    // Nobody waits for it, and the guard reports what it throws.
    var unused = executor.schedule(guarded(task), delayNanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Refuses to block the worker.
   *
   * @throws IllegalStateException if called on the worker, as from a future's callback
   */
  void requireOther(String what) {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException(
          what + " waits for the thread it was called on; use the ...Async form of the callback");
    }
  }

  /** Ends the thread; waits for the running task. */
  boolean close(long timeoutNanos) throws InterruptedException {
    executor.shutdown();
    return executor.awaitTermination(timeoutNanos, TimeUnit.NANOSECONDS);
  }

  /** Ends the thread without waiting for it. */
  void abandon() {
    executor.shutdown();
  }

  private Thread newThread(Runnable body) {
    Thread created = new Thread(body, "eider-client-worker");
    created.setDaemon(true);
    thread = created;
    return created;
  }

  /** A task that fails is a defect; without this the executor would hide it. */
  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        LOG.error("a task of the client failed", e);
        throw e;
      }
    };
  }
}
