package dev.eider.server.subscribe;

import dev.eider.server.run.BrokerException;
import dev.eider.v1.ErrorReason;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts the open streams of readers, bounds them, and ends them when the daemon stops.
 * Thread-safe.
 */
public final class ReaderRegistry {
  private final Set<StreamReader<?>> readers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger count = new AtomicInteger();
  private final int readersMax;
  private volatile @Nullable BrokerException ended;

  public ReaderRegistry(int readersMax) {
    this.readersMax = readersMax;
  }

  /** How many streams are open. */
  public int count() {
    return count.get();
  }

  /** Ends every stream, and those that come later, with a refusal. */
  public void endAll(BrokerException refusal) {
    ended = refusal;
    readers.forEach(reader -> reader.end(refusal));
  }

  /**
   * Takes in a stream.
   *
   * @throws BrokerException if there are as many as may be
   */
  void add(StreamReader<?> reader) {
    if (count.incrementAndGet() > readersMax) {
      count.decrementAndGet();
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_OVERLOADED,
              "the daemon has its limit of " + readersMax + " open streams")
          .with("limit", readersMax);
    }
    readers.add(reader);
    BrokerException refusal = ended;
    if (refusal != null) {
      reader.end(refusal);
    }
  }

  void remove(StreamReader<?> reader) {
    if (readers.remove(reader)) {
      count.decrementAndGet();
    }
  }
}
