package dev.eider.server.base;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.v1.ErrorReason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Threads for calls that block, {@code <name>-N}, at most so many at a time, and a timer, {@code
 * <name>-timer}, for those that take too long. Thread-safe.
 */
public final class CallPool implements AutoCloseable {
  private final Threads threads;
  private final int concurrentMax;
  private final String overloaded;
  private final Pool pool;
  private final Timer timer;
  private final Set<Consumer<BrokerException>> open = ConcurrentHashMap.newKeySet();
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Deque<Work> waiting = new ArrayDeque<>();

  @GuardedBy("lock")
  private int busyThreads;

  /** Starts the threads; {@code overloaded} tells callers that all {@code %d} are taken. */
  public CallPool(Threads threads, String name, int concurrentMax, String overloaded) {
    this.threads = threads;
    this.concurrentMax = concurrentMax;
    this.overloaded = overloaded;
    pool = threads.newPool(name, concurrentMax);
    timer = threads.newTimer(name + "-timer");
  }

  /** Returns how many calls are open, those that wait for a thread included. */
  public int count() {
    return open.size();
  }

  /** Ends the calls that are open with a refusal. Does not block. */
  public void endAll(BrokerException refusal) {
    open.forEach(end -> end.accept(refusal));
  }

  /** Ends the threads; nothing is answered any more. */
  @Override
  public void close() {
    timer.close();
    pool.close();
  }

  /** Returns the timer of the calls. */
  public Timer timer() {
    return timer;
  }

  Signal newSignal() {
    return threads.newSignal();
  }

  /** Counts an open call, which {@code end} ends; returns what counts it no longer. */
  Registration add(Consumer<BrokerException> end) {
    open.add(end);
    return () -> open.remove(end);
  }

  /**
   * Runs a call on one of the threads, or refuses it: OVERLOADED if all are busy for as long as it
   * may wait, SHUTTING_DOWN if there are none any more. Does not block.
   *
   * @param waitMs how long it may wait for a thread; 0 for not at all
   */
  void execute(Runnable call, long waitMs, Consumer<BrokerException> onRefusal) {
    Work work = new Work(call, onRefusal);
    boolean isFree;
    synchronized (lock) {
      isFree = busyThreads < concurrentMax;
      if (isFree) {
        busyThreads++;
      } else if (waitMs > 0) {
        waiting.add(work);
      }
    }
    if (isFree) {
      run(work);
    } else if (waitMs > 0) {
      giveUpAfter(waitMs, work);
    } else {
      onRefusal.accept(overloaded());
    }
  }

  private void run(Work work) {
    try {
      pool.execute(
          () -> {
            try {
              work.call.run();
            } finally {
              runNext();
            }
          });
    } catch (RejectedExecutionException e) {
      runNext();
      work.onRefusal.accept(shuttingDown());
    }
  }

  /** Gives the thread that has become free to who has waited longest. */
  private void runNext() {
    Work next;
    synchronized (lock) {
      next = waiting.poll();
      if (next == null) {
        busyThreads--;
      }
    }
    if (next != null) {
      run(next);
    }
  }

  private void giveUpAfter(long waitMs, Work work) {
    try {
      var unused =
          timer.after(
              waitMs,
              () -> {
                if (isTakenBack(work)) {
                  work.onRefusal.accept(overloaded());
                }
              });
    } catch (RejectedExecutionException e) {
      if (isTakenBack(work)) {
        work.onRefusal.accept(shuttingDown());
      }
    }
  }

  private boolean isTakenBack(Work work) {
    synchronized (lock) {
      return waiting.remove(work);
    }
  }

  private BrokerException overloaded() {
    return BrokerException.overloaded(overloaded.formatted(concurrentMax), concurrentMax);
  }

  static BrokerException shuttingDown() {
    return BrokerException.of(
        ErrorReason.ERROR_REASON_SHUTTING_DOWN, "the daemon is stopping; ask it when it is back");
  }

  /** A call that is to be run; the same only if both parts are. */
  private record Work(Runnable call, Consumer<BrokerException> onRefusal) {}
}
