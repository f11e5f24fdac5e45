package dev.eider.client;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's background thread: runs the publish stream, lingering and retries, and completes
 * futures. Its tasks never block. Thread-safe.
 */
final class ClientWorker implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(ClientWorker.class);

  private final ScheduledThreadPoolExecutor executor;
  // Written when the thread is created, read by any thread.
  private volatile @Nullable Thread thread;

  ClientWorker() {
    executor = new ScheduledThreadPoolExecutor(1, this::newThread);
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    // After close, tasks have nothing left to do.
    executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(guarded(task));
  }

  /** Runs the task after the delay, unless the client is closed first. */
  void schedule(Runnable task, long delayNanos) {
    // Nothing waits for the result, and the guard logs what the task throws.
    var unused = executor.schedule(guarded(task), delayNanos, TimeUnit.NANOSECONDS);
  }

  /** Throws IllegalStateException on the worker thread, for example in a future's callback. */
  void requireOtherThread(String what) {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException(
          what + " waits for the thread it was called on; use the ...Async form of the callback");
    }
  }

  /** Ends the thread after waiting for the running task; returns false if that takes too long. */
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

  /** Logs what a task throws: a failing task is a defect, and the executor would hide it. */
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
