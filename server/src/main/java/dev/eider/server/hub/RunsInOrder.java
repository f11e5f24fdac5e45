package dev.eider.server.hub;

import dev.eider.server.event.RunId;
import dev.eider.server.run.RunPlace;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The runs in memory in the order of lists, so that a page costs what is on it. Written by the
 * sequencer thread. Thread-safe for readers.
 */
final class RunsInOrder {
  private final ConcurrentNavigableMap<RunPlace, RunTail> tails =
      new ConcurrentSkipListMap<>(RunPlace.NEWEST_FIRST);
  private final Set<RunId> deleted = ConcurrentHashMap.newKeySet();

  void add(RunTail tail) {
    tails.put(RunPlace.of(tail.run()), tail);
  }

  void remove(RunTail tail) {
    tails.remove(RunPlace.of(tail.run()));
    deleted.remove(tail.run().runId());
  }

  void delete(RunTail tail) {
    deleted.add(tail.run().runId());
  }

  /** Returns a view of the runs after a place, newest first; null for all. */
  Collection<RunTail> after(@Nullable RunPlace place) {
    return place == null ? tails.values() : tails.tailMap(place, false).values();
  }

  /** Returns the deleted ones at this moment. */
  Set<RunId> deleted() {
    return Set.copyOf(deleted);
  }
}
