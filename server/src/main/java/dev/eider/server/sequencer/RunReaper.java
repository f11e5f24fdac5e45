package dev.eider.server.sequencer;

import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.runs.RunIndex;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Takes closed runs out of memory once the grace period is over, or earlier when the state of runs
 * takes more than half of its room, and DuckDB has all of them; and deleted runs as soon as DuckDB
 * has erased them. Owned by the sequencer thread.
 */
final class RunReaper {
  private final Deque<ClosedRun> oldestFirst = new ArrayDeque<>();
  private final Deque<RunTail> deletedFirst = new ArrayDeque<>();
  private final Hub hub;
  private final RunIndex index;
  private final InstantSource clock;
  private final long graceMs;

  RunReaper(Hub hub, RunIndex index, InstantSource clock, long graceMs) {
    this.hub = hub;
    this.index = index;
    this.clock = clock;
    this.graceMs = graceMs;
  }

  void closed(RunTail tail) {
    oldestFirst.add(new ClosedRun(tail, clock.millis()));
  }

  void deleted(RunTail tail) {
    deletedFirst.add(tail);
  }

  void run() {
    index.releaseImported();
    while (isPersisted(deletedFirst.peek())) {
      index.leave(deletedFirst.remove());
    }
    while (isDue(oldestFirst.peek())) {
      RunTail tail = oldestFirst.remove().tail();
      if (!tail.run().isDeleted()) {
        index.leave(tail);
      }
    }
  }

  private boolean isPersisted(@Nullable RunTail tail) {
    return tail != null && tail.run().lastPosition() < hub.progress().position();
  }

  private boolean isDue(@Nullable ClosedRun oldest) {
    return oldest != null
        && (clock.millis() - oldest.closedAtMs() >= graceMs || isShortOfMemory())
        && isPersisted(oldest.tail());
  }

  /** Closed runs do not keep room for their grace period that open ones need. */
  private boolean isShortOfMemory() {
    return hub.runBytes() > hub.bounds().runBytesMax() / 2;
  }

  private record ClosedRun(RunTail tail, long closedAtMs) {}
}
