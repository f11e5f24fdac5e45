package dev.eider.server.base;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a start has opened, to be closed if it goes no further. Owned by the starting thread. */
public final class Undo implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Undo.class);
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /** Adds what closes a part that has just been opened. */
  public void push(AutoCloseable part) {
    opened.push(part);
  }

  /** Closes every part, the last one first; one that cannot be closed is logged. Blocks. */
  @Override
  public void close() {
    while (!opened.isEmpty()) {
      AutoCloseable part = opened.pop();
      try {
        part.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("after a failed start {} could not be closed", part, e);
      }
    }
  }
}
