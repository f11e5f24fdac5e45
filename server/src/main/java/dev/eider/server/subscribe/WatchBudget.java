package dev.eider.server.subscribe;

import dev.eider.server.run.BrokerException;
import dev.eider.v1.ErrorReason;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the changed runs that wait to be sent, over all watches. When there are too many, a watch
 * that holds more than its share is refused; there always is one then. Thread-safe.
 */
final class WatchBudget {
  private final int changesMax;
  private final AtomicInteger changes = new AtomicInteger();
  private final AtomicInteger watches = new AtomicInteger();

  WatchBudget(int changesMax) {
    this.changesMax = changesMax;
  }

  void opened() {
    watches.incrementAndGet();
  }

  void closed() {
    watches.decrementAndGet();
  }

  /**
   * Counts one more change.
   *
   * @param held how many the watch holds with it
   * @return whether the watch may go on
   */
  boolean take(int held) {
    boolean isExceeded = changes.incrementAndGet() > changesMax;
    return !isExceeded || held <= changesMax / Math.max(1, watches.get());
  }

  void give(int sent) {
    changes.addAndGet(-sent);
  }

  BrokerException exceeded() {
    return BrokerException.of(
            ErrorReason.ERROR_REASON_OVERLOADED,
            "as many changed runs wait to be read as may, over all watches: " + changesMax)
        .with("limit", changesMax);
  }
}
