package dev.eider.server.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of one producer of a run. Immutable: a publish makes a new state that shares the older
 * stretches.
 *
 * <p>The stretches tell which seqs a repeat got the first time. A producer that has a run to itself
 * has one for ever; one that takes turns with others gets one for each turn, of which as many are
 * kept as {@link ProducerTable} says.
 */
public final class ProducerState {
  private static final int PRODUCER_BYTES = 256;
  private static final int STRETCH_BYTES = 64;

  private final long epoch;
  private final long lastSeq;
  private final Node newest;

  private ProducerState(long epoch, long lastSeq, Node newest) {
    this.epoch = epoch;
    this.lastSeq = lastSeq;
    this.newest = newest;
  }

  /** Returns the state after a producer's first accepted events in an epoch. */
  static ProducerState first(ProducerStamp stamp, long seq, long count) {
    Node only = new Node(new Stretch(stamp.seq(), seq, count), null, 1);
    return new ProducerState(stamp.epoch(), stamp.seq() + count - 1, only);
  }

  /** Returns a state that was stored; its stretches are oldest first, at least one. */
  static ProducerState restored(long epoch, long lastSeq, List<Stretch> stretches) {
    Node newest = new Node(stretches.get(0), null, 1);
    for (Stretch stretch : stretches.subList(1, stretches.size())) {
      newest = new Node(stretch, newest, newest.depth + 1);
    }
    return new ProducerState(epoch, lastSeq, newest);
  }

  /** Returns whether events with this stamp and seq continue the newest stretch. */
  boolean isContinuedBy(ProducerStamp stamp, long seq) {
    return stamp.epoch() == epoch && newest.stretch.isContinuedBy(stamp.seq(), seq);
  }

  /**
   * Returns the state after the next accepted events in the same epoch.
   *
   * @param stretchesKept how many of the newest stretches to keep at least
   */
  ProducerState next(ProducerStamp stamp, long seq, long count, int stretchesKept) {
    long last = stamp.seq() + count - 1;
    if (newest.stretch.isContinuedBy(stamp.seq(), seq)) {
      return new ProducerState(
          epoch, last, new Node(newest.stretch.extended(count), newest.older, newest.depth));
    }
    Node base = newest.depth < 2 * stretchesKept ? newest : newest.cut(stretchesKept);
    Stretch added = new Stretch(stamp.seq(), seq, count);
    return new ProducerState(epoch, last, new Node(added, base, base.depth + 1));
  }

  /** Returns roughly the bytes of memory that the state takes. */
  long memoryBytes() {
    return PRODUCER_BYTES + (long) STRETCH_BYTES * newest.depth;
  }

  public long epoch() {
    return epoch;
  }

  /** Returns the producer's own number of the last event accepted from it. */
  public long lastSeq() {
    return lastSeq;
  }

  /** Returns the seq that an accepted event got, or 0 if that is no longer known. */
  public long seqOf(long producerSeq) {
    for (Node node = newest; node != null; node = node.older) {
      if (node.stretch.holds(producerSeq)) {
        return node.stretch.seqOf(producerSeq);
      }
    }
    return 0;
  }

  /** Returns the stretches that are known, oldest first. */
  public List<Stretch> stretches() {
    Deque<Stretch> oldestFirst = new ArrayDeque<>();
    for (Node node = newest; node != null; node = node.older) {
      oldestFirst.addFirst(node.stretch);
    }
    return List.copyOf(oldestFirst);
  }

  /** A list that shares its older part with the states before. */
  private record Node(Stretch stretch, @Nullable Node older, int depth) {
    Node cut(int keep) {
      Deque<Stretch> kept = new ArrayDeque<>();
      for (Node node = this; node != null && kept.size() < keep; node = node.older) {
        kept.addFirst(node.stretch);
      }
      Iterator<Stretch> oldestFirst = kept.iterator();
      Node newest = new Node(oldestFirst.next(), null, 1);
      while (oldestFirst.hasNext()) {
        newest = new Node(oldestFirst.next(), newest, newest.depth + 1);
      }
      return newest;
    }
  }
}
