package dev.eider.server.base;

/** A thread that lives as long as the daemon. Thread-safe. */
public interface Worker {
  /** Waits for the worker to end; returns whether it did. */
  boolean join(long timeoutMs) throws InterruptedException;
}
