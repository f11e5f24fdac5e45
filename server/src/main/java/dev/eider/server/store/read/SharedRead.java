package dev.eider.server.store.read;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.server.base.Signal;
import dev.eider.server.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A single flight: the first thread reads, all that come meanwhile get its result. Thread-safe. */
final class SharedRead<T> {
  /** The longest wait, longer than all that a read itself waits for. */
  private static final long WAIT_MS = 30_000;

  private final Reading<T> reading;

  @GuardedBy("this")
  private boolean isBegun;

  @GuardedBy("this")
  private boolean isEnded;

  @GuardedBy("this")
  private final List<Signal> waiting = new ArrayList<>();

  @GuardedBy("this")
  private @Nullable T result;

  @GuardedBy("this")
  private @Nullable StoreException failure;

  SharedRead(Reading<T> reading) {
    this.reading = reading;
  }

  /**
   * Reads, unless a thread has begun to; blocks only then. A StoreException goes to all that wait.
   */
  void run() {
    synchronized (this) {
      if (isBegun) {
        return;
      }
      isBegun = true;
    }
    T read = null;
    StoreException failed = null;
    try {
      read = reading.read();
    } catch (StoreException e) {
      failed = e;
    } finally {
      end(read, failed);
    }
  }

  private synchronized void end(@Nullable T read, @Nullable StoreException failed) {
    result = read;
    failure = failed;
    isEnded = true;
    waiting.forEach(Signal::raise);
  }

  /**
   * Reads, or waits for the thread that does.
   *
   * @param signals makes the signal that this thread waits for
   * @return null if a defect ended the thread that read
   */
  @Nullable T await(Supplier<Signal> signals) throws StoreException {
    run();
    Signal ended = signals.get();
    if (!isEndedElse(ended)) {
      awaitEnd(ended);
    }
    synchronized (this) {
      if (failure != null) {
        throw failure;
      }
      return result;
    }
  }

  private synchronized boolean isEndedElse(Signal raised) {
    if (!isEnded) {
      waiting.add(raised);
    }
    return isEnded;
  }

  private static void awaitEnd(Signal ended) throws StoreException {
    try {
      if (!ended.await(WAIT_MS)) {
        throw new StoreException(
            "another reader has been at the same events for %d ms".formatted(WAIT_MS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while another reader is at the same events", e);
    }
  }

  /** Reads from DuckDB. */
  interface Reading<T> {
    T read() throws StoreException;
  }
}
