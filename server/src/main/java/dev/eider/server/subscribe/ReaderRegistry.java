package dev.eider.server.subscribe;

import dev.eider.server.base.Listeners;
import dev.eider.server.base.Registration;
import dev.eider.server.run.BrokerException;
import dev.eider.v1.ErrorReason;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts the open streams of readers, bounds them, and ends them when the daemon stops.
 * Thread-safe.
 */
public final class ReaderRegistry {
  private final Listeners<StreamReader<?>> readers = new Listeners<>();
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
   * @return gives its place back
   * @throws BrokerException if there are as many as may be
   */
  Registration add(StreamReader<?> reader) {
    if (count.incrementAndGet() > readersMax) {
      count.decrementAndGet();
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_OVERLOADED,
              "the daemon has its limit of " + readersMax + " open streams")
          .with("limit", readersMax);
    }
    Registration listed = readers.add(reader);
    BrokerException refusal = ended;
    if (refusal != null) {
      reader.end(refusal);
    }
    AtomicBoolean isOpen = new AtomicBoolean(true);
    return () -> {
      if (isOpen.getAndSet(false)) {
        listed.close();
        count.decrementAndGet();
      }
    };
  }
}
