package dev.eider.server.hub;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Decides which events leave memory: the oldest of all runs, as soon as they are persisted and the
 * bound is exceeded. Owned by the sequencer thread.
 */
final class TailEviction {
  /** How many chunks are kept at the most, however small they are. */
  private static final int CHUNKS_MAX = 200_000;

  private final Deque<Chunk> oldestFirst = new ArrayDeque<>();
  private final long bytesMax;
  private final AtomicLong tailBytes;

  TailEviction(long bytesMax, AtomicLong tailBytes) {
    this.bytesMax = bytesMax;
    this.tailBytes = tailBytes;
  }

  void add(Chunk chunk) {
    oldestFirst.add(chunk);
  }

  void run(long persistedPosition) {
    while (mayDrop(oldestFirst.peek(), persistedPosition)) {
      tailBytes.addAndGet(-oldestFirst.remove().release());
    }
  }

  private boolean mayDrop(@Nullable Chunk oldest, long persistedPosition) {
    if (oldest == null) {
      return false;
    }
    boolean isOverBound = tailBytes.get() > bytesMax || oldestFirst.size() > CHUNKS_MAX;
    return oldest.isReleased() || (isOverBound && oldest.position() < persistedPosition);
  }
}
