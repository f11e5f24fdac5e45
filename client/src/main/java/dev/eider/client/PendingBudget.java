package dev.eider.client;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the events that await their answer, in number and bytes. An event larger than the bound
 * passes alone. Thread-safe.
 */
final class PendingBudget {
  private final int eventsMax;
  private final long bytesMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition given = lock.newCondition();
  private int events; // guarded by lock
  private long bytes; // guarded by lock
  private int waiting; // guarded by lock

  PendingBudget(int eventsMax, long bytesMax) {
    this.eventsMax = eventsMax;
    this.bytesMax = bytesMax;
  }

  /**
   * Takes room for one event; blocks until there is some.
   *
   * @return false when the time passed without room
   */
  boolean take(long eventBytes, long timeoutNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long leftNanos = timeoutNanos;
      waiting++;
      try {
        while (!fits(eventBytes)) {
          if (leftNanos <= 0) {
            return false;
          }
          leftNanos = given.awaitNanos(leftNanos);
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

  /** Gives back the room of settled events. */
  void give(int settledEvents, long settledBytes) {
    lock.lock();
    try {
      events -= settledEvents;
      bytes -= settledBytes;
      if (waiting > 0) {
        given.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many events hold room. */
  int events() {
    lock.lock();
    try {
      return events;
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
