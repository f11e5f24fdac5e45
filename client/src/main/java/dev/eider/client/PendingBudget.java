package dev.eider.client;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Bounds unanswered events in number and bytes; one that is larger passes alone. Thread-safe. */
final class PendingBudget {
  private final int eventsMax;
  private final long bytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition released = lock.newCondition();
  private int events; // guarded by lock
  private long bytes; // guarded by lock
  private int waiting; // guarded by lock

  PendingBudget(int eventsMax, long bytesMax) {
    this.eventsMax = eventsMax;
    this.bytesMax = bytesMax;
  }

  /** Acquires room for one event; returns false if there is none in time. Blocks. */
  boolean acquire(long eventBytes, long timeoutNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long leftNanos = timeoutNanos;
      waiting++;
      try {
        while (!fits(eventBytes)) {
          if (leftNanos <= 0) {
            return false;
          }
          leftNanos = released.awaitNanos(leftNanos);
        }
      } finally {
        waiting--;
      }
      events++;
      bytes += eventBytes;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Releases the room of settled events. */
  void release(int settledEvents, long settledBytes) {
    lock.lock();
    try {
      events -= settledEvents;
      bytes -= settledBytes;
      if (waiting > 0) {
        released.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  String describe() {
    return "%d events or %d bytes await their answer".formatted(eventsMax, bytesMax);
  }

  private boolean fits(long eventBytes) {
    return events == 0 || (events < eventsMax && bytes + eventBytes <= bytesMax);
  }
}
