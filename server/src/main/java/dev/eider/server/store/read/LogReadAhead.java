package dev.eider.server.store.read;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.LogBlock;
import dev.eider.server.store.ColdReader.LogQuery;
import dev.eider.server.store.StoreException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads all events ahead of the readers that follow them, and caches the blocks for these readers
 * and for others at the same place.
 *
 * <p>A query costs as much as unpacking a whole transaction of DuckDB's (see {@link LogPages}),
 * however little it asks for. So a block of several pages is read, and the latest blocks are
 * cached.
 *
 * <p>Thread-safe; blocks as the store does.
 */
final class LogReadAhead {
  /** The most bytes of a block, or one larger event. */
  static final long BLOCK_BYTES_MAX = 4L << 20;

  /** The most blocks in the cache. */
  static final int BLOCKS_MAX = 2;

  private static final int BLOCK_EVENTS_MAX = 16_384;

  private final ColdReader store;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Deque<Kept> newestFirst = new ArrayDeque<>();

  @GuardedBy("lock")
  private long forgotten;

  LogReadAhead(ColdReader store) {
    this.store = store;
  }

  /** Drops everything, since a run has been erased that may be in it. */
  void forget() {
    synchronized (lock) {
      forgotten++;
      newestFirst.clear();
    }
  }

  LogBlock read(LogQuery query) throws StoreException {
    long forgottenBefore = forgotten();
    Kept known = find(query);
    if (known != null) {
      return known.page(query);
    }
    LogBlock read =
        store.readLog(
            new LogQuery(
                query.after(),
                query.untilPosition(),
                query.selection(),
                Math.max(BLOCK_EVENTS_MAX, query.eventsMax()),
                Math.max(BLOCK_BYTES_MAX, query.bytesMax())));
    Kept block = new Kept(query.after(), query.selection(), read);
    LogBlock page = block.page(query);
    if (page.next().compareTo(read.next()) < 0 && block.bytes() <= BLOCK_BYTES_MAX) {
      keep(block, forgottenBefore);
    }
    return page;
  }

  private @Nullable Kept find(LogQuery query) {
    synchronized (lock) {
      for (Iterator<Kept> blocks = newestFirst.iterator(); blocks.hasNext(); ) {
        Kept block = blocks.next();
        if (block.holds(query)) {
          blocks.remove();
          newestFirst.addFirst(block);
          return block;
        }
      }
      return null;
    }
  }

  private long forgotten() {
    synchronized (lock) {
      return forgotten;
    }
  }

  /** Caches a block, unless something was erased while it was read. */
  private void keep(Kept block, long forgottenBefore) {
    synchronized (lock) {
      if (forgotten != forgottenBefore) {
        return;
      }
      while (newestFirst.size() >= BLOCKS_MAX) {
        newestFirst.removeLast();
      }
      newestFirst.addFirst(block);
    }
  }

  /** A block in the cache. Immutable. */
  private record Kept(LogPlace after, LogSelection selection, LogBlock block) {
    long bytes() {
      long bytes = 0;
      for (SequencedEvent event : block.events()) {
        bytes += event.envelope().length + ColdReader.EVENT_OVERHEAD_BYTES;
      }
      return bytes;
    }

    /** Returns whether the event after the query's place is in the block. */
    boolean holds(LogQuery query) {
      return !block.places().isEmpty()
          && query.after().compareTo(after) >= 0
          && query.after().compareTo(block.places().get(block.places().size() - 1)) < 0
          && selection.equals(query.selection());
    }

    LogBlock page(LogQuery query) {
      int found = Collections.binarySearch(block.places(), query.after());
      int first = found < 0 ? -found - 1 : found + 1;
      int end = first;
      long bytes = 0;
      while (end < block.events().size() && end - first < query.eventsMax()) {
        bytes += block.events().get(end).envelope().length;
        if (end > first && bytes > query.bytesMax()) {
          break;
        }
        end++;
      }
      boolean isRest = end == block.events().size();
      return new LogBlock(
          List.copyOf(block.events().subList(first, end)),
          List.copyOf(block.places().subList(first, end)),
          isRest ? block.next() : block.places().get(end - 1),
          isRest ? block.passedOver() : 0);
    }
  }
}
