package dev.eider.server.base;

/** Runs what is brief when its time has come, on one thread. Thread-safe. */
public interface Timer extends AutoCloseable {
  /** Runs a task once, after a delay; returns what takes it back if it has not begun. */
  Registration after(long delayMs, Runnable task);

  /** Runs a task again and again, first after one period; returns what ends it. */
  Registration every(long periodMs, Runnable task);

  /** Drops what is not due yet and ends the thread. */
  @Override
  void close();
}
