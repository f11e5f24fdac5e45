package dev.eider.server.base;

/**
 * Wakes the one thread that waits for it. Raising it before the wait, or several times, wakes once.
 * {@link #raise} is thread-safe; {@link #await} is for one thread.
 */
public interface Signal {
  /** Ends the wait under way, or the next one. Does not block. */
  void raise();

  /** Waits until the signal is raised, and takes it back; false if the time is over before. */
  boolean await(long timeoutMs) throws InterruptedException;
}
