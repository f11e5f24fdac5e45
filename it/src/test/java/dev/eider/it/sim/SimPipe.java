package dev.eider.it.sim;

import dev.eider.server.base.BrokerException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A stream's way to its reader, with room for little. What is sent counts as seen at once, whether
 * the reader takes it or not.
 */
final class SimPipe {
  private final Scheduler scheduler;
  private final int room;
  private final Scheduler.SimSignal filled;
  private final Deque<Runnable> underWay = new ArrayDeque<>();
  private boolean isEnded;
  private boolean isComplete;
  private @Nullable BrokerException refusal;

  SimPipe(Scheduler scheduler, int room) {
    this.scheduler = scheduler;
    this.room = room;
    filled = scheduler.new SimSignal();
  }

  boolean isReady() {
    return underWay.size() < room;
  }

  /**
   * Sends something, on the daemon's thread.
   *
   * @param sent happens now
   * @param taken happens on the reader's thread, when it takes it
   */
  void send(Runnable sent, Runnable taken) {
    scheduler.pause();
    sent.run();
    underWay.add(taken);
    filled.raise();
    scheduler.pause();
  }

  void complete() {
    isComplete = true;
    isEnded = true;
    filled.raise();
  }

  void fail(BrokerException reason) {
    refusal = reason;
    isEnded = true;
    filled.raise();
  }

  /** Takes what has come, waiting a while when nothing has; returns false at the end. */
  boolean take(long timeoutMs) {
    if (underWay.isEmpty() && !isEnded) {
      boolean unused = scheduler.await(filled, timeoutMs);
    }
    Runnable part = underWay.poll();
    if (part != null) {
      part.run();
    }
    return part != null || !isEnded;
  }

  boolean isComplete() {
    return isComplete;
  }

  @Nullable BrokerException refusal() {
    return refusal;
  }
}
