package dev.eider.it.overload;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

/** Threads that all must end well. Owned by the test thread. */
final class Workers implements AutoCloseable {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> started = new ArrayList<>();

  void start(Runnable body) {
    started.add(threads.submit(body));
  }

  /** Waits for all, and throws what one threw. */
  void awaitAll(Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    try {
      for (Future<?> one : started) {
        one.get(Math.max(1, (end - System.nanoTime()) / 1_000_000), MILLISECONDS);
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("threads still run after " + atMost, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    started.clear();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
