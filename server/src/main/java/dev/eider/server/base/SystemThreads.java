package dev.eider.server.base;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Threads of the operating system, all of them daemon threads. Thread-safe. */
public final class SystemThreads implements Threads {
  /** The only instance. */
  public static final Threads INSTANCE = new SystemThreads();

  private static final Logger LOG = LoggerFactory.getLogger(SystemThreads.class);

  private SystemThreads() {}

  @Override
  public Worker start(String name, Runnable body, BiConsumer<String, Throwable> onDefect) {
    Thread thread = new Thread(() -> run(name, body, onDefect), name);
    thread.setDaemon(true);
    thread.start();
    return timeoutMs -> {
      thread.join(Math.max(1, timeoutMs));
      return !thread.isAlive();
    };
  }

  @Override
  public Signal newSignal() {
    return new ThreadSignal();
  }

  @Override
  public Pool newPool(String name, int count) {
    return new ThreadPool(Executors.newFixedThreadPool(count, named(name + "-%d")));
  }

  @Override
  public Timer newTimer(String name) {
    return new ThreadTimer(new ScheduledThreadPoolExecutor(1, named(name)));
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

  private static ThreadFactory named(String format) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, String.format(format, number.getAndIncrement()));
      thread.setDaemon(true);
      return thread;
    };
  }

  private static final class ThreadSignal implements Signal {
    private final AtomicBoolean raised = new AtomicBoolean();

    // Written by the thread that waits, read by those that raise.
    private volatile @Nullable Thread waiting;

    @Override
    public void raise() {
      if (!raised.get() && !raised.getAndSet(true)) {
        LockSupport.unpark(waiting);
      }
    }

    @Override
    public boolean await(long timeoutMs) throws InterruptedException {
      long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
      waiting = Thread.currentThread();
      while (!raised.get()) {
        long leftNanos = endNanos - System.nanoTime();
        if (leftNanos <= 0) {
          break;
        }
        LockSupport.parkNanos(this, leftNanos);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
      return raised.getAndSet(false);
    }
  }

  private record ThreadPool(ExecutorService executor) implements Pool {
    @Override
    public void execute(Runnable task) {
      executor.execute(task);
    }

    @Override
    public void close() {
      executor.shutdown();
      try {
        if (!executor.awaitTermination(1, TimeUnit.SECONDS)) {
          executor.shutdownNow();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private record ThreadTimer(ScheduledThreadPoolExecutor executor) implements Timer {
    ThreadTimer {
      // Else what was taken back would stay queued until it is due.
      executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Registration after(long delayMs, Runnable task) {
      ScheduledFuture<?> due = executor.schedule(task, delayMs, TimeUnit.MILLISECONDS);
      return () -> due.cancel(false);
    }

    @Override
    public Registration every(long periodMs, Runnable task) {
      ScheduledFuture<?> beats =
          executor.scheduleAtFixedRate(task, periodMs, periodMs, TimeUnit.MILLISECONDS);
      return () -> beats.cancel(false);
    }

    @Override
    public void close() {
      executor.shutdownNow();
    }
  }
}
