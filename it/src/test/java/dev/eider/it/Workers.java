package dev.eider.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Threads that all must end well. Owned by the test thread. */
public final class Workers implements AutoCloseable {
  private final ExecutorService threads;
  private final List<CompletableFuture<Void>> started = new ArrayList<>();

  /** Makes as many threads as are started. */
  public Workers() {
    this(Executors.newCachedThreadPool());
  }

  private Workers(ExecutorService threads) {
    this.threads = threads;
  }

  /** Does something with each of them, so many at a time. */
  public static <T> void forEach(
      Collection<T> all, int threadsMax, Duration atMost, Consumer<T> body) {
    try (Workers workers = new Workers(Executors.newFixedThreadPool(threadsMax))) {
      all.forEach(one -> workers.start(() -> body.accept(one)));
      workers.awaitAll(atMost);
    }
  }

  public void start(Runnable body) {
    started.add(CompletableFuture.runAsync(body, threads));
  }

  /** Waits for all, and throws what one threw. */
  public void awaitAll(Duration atMost) {
    CompletableFuture.allOf(started.toArray(CompletableFuture[]::new))
        .orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS)
        .join();
    started.clear();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
