package dev.eider.server.read;

import dev.eider.server.base.BrokerException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the changed runs that wait to be sent, over all watches. When there are too many, a watch
 * that holds more than its share is refused; there always is one then. Thread-safe.
 */
public final class WatchBudget {
  private final int changesMax;
  private final AtomicInteger changes = new AtomicInteger();
  private final AtomicInteger watches = new AtomicInteger();

  WatchBudget(int changesMax) {
    this.changesMax = changesMax;
  }

  public void opened() {
    watches.incrementAndGet();
  }

  public void closed() {
    watches.decrementAndGet();
  }

  /** Counts one more change; returns whether a watch that holds so many may go on. */
  public boolean take(int held) {
    boolean isExceeded = changes.incrementAndGet() > changesMax;
    return !isExceeded || held <= changesMax / Math.max(1, watches.get());
  }

  public void give(int sent) {
    changes.addAndGet(-sent);
  }

  public BrokerException exceeded() {
    return BrokerException.overloaded(
        "as many changed runs wait to be read as may, over all watches: " + changesMax, changesMax);
  }
}
