package dev.eider.server.read;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Listeners;
import dev.eider.server.base.Places;
import dev.eider.server.base.Registration;
import dev.eider.server.read.history.RunHistory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts, bounds and, when the daemon stops, ends the streams of readers. Thread-safe. */
public final class ReaderRegistry {
  /** A page may have this size however many streams there are. */
  private static final long PAGE_BYTES_MIN = 16 << 10;

  private final Listeners<Consumer<BrokerException>> readers = new Listeners<>();
  private final Places places;
  private final Places diffs;
  private final Places logReaders;
  private final WatchBudget watchBudget;
  private final ReaderBounds bounds;
  private volatile @Nullable BrokerException ended;

  public ReaderRegistry(ReaderBounds bounds) {
    this.bounds = bounds;
    places = new Places(bounds.readersMax(), "open streams");
    diffs = new Places(bounds.diffsMax(), "open comparisons of runs");
    logReaders = new Places(bounds.logReadersMax(), "open streams of all runs");
    watchBudget = new WatchBudget(bounds.changesMax());
  }

  /** Returns how many streams are open. */
  public int count() {
    return places.taken();
  }

  /**
   * Returns how large a page of events may be: the room there is, shared by the streams that are
   * open. A stream whose transport is slow has one page waiting in it.
   */
  long pageBytesMax() {
    long share = bounds.outboundBytesMax() / Math.max(1, places.taken());
    return Math.max(PAGE_BYTES_MIN, Math.min(RunHistory.PAGE_BYTES_MAX, share));
  }

  public WatchBudget watchBudget() {
    return watchBudget;
  }

  /** Takes a place for a comparison, to be given back once; throws OVERLOADED. */
  public Registration addDiff() {
    return diffs.take();
  }

  /** Takes a place for a stream of all runs, to be given back once; throws OVERLOADED. */
  Registration addLogReader() {
    return logReaders.take();
  }

  /** Ends every stream, and those that come later, with a refusal. */
  public void endAll(BrokerException refusal) {
    ended = refusal;
    readers.forEach(end -> end.accept(refusal));
  }

  /**
   * Takes in a stream, which {@code end} ends without blocking; returns what gives its place back,
   * once. Throws OVERLOADED.
   */
  Registration add(Consumer<BrokerException> end) {
    Registration place = places.take();
    Registration listed = readers.add(end);
    BrokerException refusal = ended;
    if (refusal != null) {
      end.accept(refusal);
    }
    return () -> {
      listed.close();
      place.close();
    };
  }

  /**
   * The bounds of readers. Immutable.
   *
   * @param readersMax open streams
   * @param outboundBytesMax bytes of pages that wait in the network, over all streams that are
   *     open; each stream may have 16 KiB, or one larger event, in any case
   * @param changesMax changed runs that wait, over all watches
   * @param diffsMax open comparisons of runs
   * @param logReadersMax open streams of all runs: the sequencer wakes each of them after each
   *     batch
   */
  public record ReaderBounds(
      int readersMax, long outboundBytesMax, int changesMax, int diffsMax, int logReadersMax) {}
}
