package dev.eider.server.base;

import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A worker: a thread of its own that takes one turn of its work after another until it is stopped,
 * and waits in between to be woken.
 *
 * <p>{@link #pause} is for the worker's own thread; everything else is thread-safe.
 */
public final class WorkerLoop {
  /** A wait that only a wake-up ends. */
  public static final long UNTIL_WOKEN_MS = TimeUnit.DAYS.toMillis(365);

  private final Threads threads;
  private final String name;
  private final Work work;
  private final BiConsumer<String, Throwable> onDefect;
  private final Signal wakeUp;
  private final Signal stop;

  // Written by the one that starts it, read by the one that stops it.
  private volatile @Nullable Worker worker;

  // Written by the one that stops it, read by the worker.
  private volatile boolean stopping;

  /** Has {@code onDefect} told, on the worker's thread, the worker's name and what ended it. */
  public WorkerLoop(
      Threads threads, String name, Work work, BiConsumer<String, Throwable> onDefect) {
    this.threads = threads;
    this.name = name;
    this.work = work;
    this.onDefect = onDefect;
    wakeUp = threads.newSignal();
    stop = threads.newSignal();
  }

  /** Starts the thread; called once at most. */
  public void start() {
    worker = threads.start(name, this::run, onDefect);
  }

  /** Has a turn taken soon, if the worker waits for one. Does not block. */
  public void wake() {
    wakeUp.raise();
  }

  /** Returns whether the worker was asked to stop. */
  public boolean isStopping() {
    return stopping;
  }

  /** Asks the worker to stop after its current turn. Does not block. */
  public void askToStop() {
    stopping = true;
    stop.raise();
    wakeUp.raise();
  }

  /** Asks the worker to stop; returns whether it ended in time, or never ran. Blocks. */
  public boolean stop(long timeoutMs) throws InterruptedException {
    askToStop();
    Worker started = worker;
    return started == null || started.join(timeoutMs);
  }

  /** Waits in a turn, which wake-ups do not cut short; false if the worker is to stop. */
  public boolean pause(long ms) throws InterruptedException {
    return !stopping && !stop.await(ms);
  }

  private void run() {
    try {
      while (!stopping || work.mustFinish()) {
        long idleMs = work.turn();
        if (idleMs > 0 && !stopping && !wakeUp.await(idleMs)) {
          work.rest();
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the worker " + name, e);
    }
  }

  /** The work of a worker, on its thread. */
  @FunctionalInterface
  public interface Work {
    /** Does the next piece of work; returns how long a wake-up may take, 0 for no wait. */
    long turn() throws InterruptedException;

    /** Returns whether there is work that a stop has to wait for. */
    default boolean mustFinish() {
      return false;
    }

    /** Does what is for quiet times: the wait after a turn ended without a wake-up. */
    default void rest() {}
  }
}
