package dev.eider.server.read;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Listeners;
import dev.eider.server.base.Registration;
import dev.eider.server.read.history.RunHistory;
import dev.eider.v1.ErrorReason;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts the open streams of readers, bounds them and what they hold, and ends them when the daemon
 * stops. Thread-safe.
 */
public final class ReaderRegistry {
  /** A page may have this size however many streams there are. */
  private static final long PAGE_BYTES_MIN = 16 << 10;

  private final Listeners<StreamReader> readers = new Listeners<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger diffs = new AtomicInteger();
  private final AtomicInteger logReaders = new AtomicInteger();
  private final WatchBudget watchBudget;
  private final ReaderBounds bounds;
  private volatile @Nullable BrokerException ended;

  public ReaderRegistry(ReaderBounds bounds) {
    this.bounds = bounds;
    watchBudget = new WatchBudget(bounds.changesMax());
  }

  /** How many streams are open. */
  public int count() {
    return count.get();
  }

  /**
   * How large a page of events may be: the room there is, shared by the streams that are open. A
   * stream whose transport is slow has one page waiting in it.
   */
  long pageBytesMax() {
    long share = bounds.outboundBytesMax() / Math.max(1, count.get());
    return Math.max(PAGE_BYTES_MIN, Math.min(RunHistory.PAGE_BYTES_MAX, share));
  }

  public WatchBudget watchBudget() {
    return watchBudget;
  }

  /**
   * Counts one more comparison.
   *
   * @return gives its place back, once
   * @throws BrokerException if there are as many as may be
   */
  public Registration addDiff() {
    return take(diffs, bounds.diffsMax(), "open comparisons of runs");
  }

  /**
   * Counts one more stream of all runs.
   *
   * @return gives its place back, once
   * @throws BrokerException if there are as many as may be
   */
  Registration addLogReader() {
    return take(logReaders, bounds.logReadersMax(), "open streams of all runs");
  }

  private static Registration take(AtomicInteger taken, int max, String what) {
    if (taken.incrementAndGet() > max) {
      taken.decrementAndGet();
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_OVERLOADED,
              "the daemon has its limit of " + max + " " + what)
          .with("limit", max);
    }
    return taken::decrementAndGet;
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
  Registration add(StreamReader reader) {
    if (count.incrementAndGet() > bounds.readersMax()) {
      count.decrementAndGet();
      throw BrokerException.of(
              ErrorReason.ERROR_REASON_OVERLOADED,
              "the daemon has its limit of " + bounds.readersMax() + " open streams")
          .with("limit", bounds.readersMax());
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
