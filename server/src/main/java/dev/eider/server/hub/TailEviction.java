package dev.eider.server.hub;

import java.util.concurrent.atomic.AtomicLong;

/** Drops the oldest persisted events that are over the bound. Owned by the sequencer thread. */
record TailEviction(long bytesMax, LogTail log, AtomicLong tailBytes) {
  /** The most chunks that are kept, however small they are. */
  private static final int CHUNKS_MAX = 200_000;

  void run(long persistedPosition) {
    if (!isOverBound()) {
      return;
    }
    for (Chunk oldest = log.oldest();
        oldest != null && isOverBound() && oldest.position() < persistedPosition;
        oldest = log.oldest()) {
      tailBytes.addAndGet(-oldest.release());
    }
  }

  private boolean isOverBound() {
    return tailBytes.get() > bytesMax || log.chunkCount() > CHUNKS_MAX;
  }
}
