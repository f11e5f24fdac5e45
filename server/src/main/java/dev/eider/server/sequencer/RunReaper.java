package dev.eider.server.sequencer;

import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.run.FoldedRun;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes closed runs out of memory once the grace period is over, or earlier when the state of runs
 * takes more than half of its room, and DuckDB has all of them; and deleted runs as soon as DuckDB
 * has erased them.
 *
 * <p>A command whose run was looked up in DuckDB, and not found, could otherwise be decided after
 * that run was opened, closed and reaped by others; the newest reaped runs are remembered for it.
 * Owned by the sequencer thread, but for {@link #reapCount}.
 */
final class RunReaper {
  private static final int RECENT_MAX = 1_000;

  private final Map<RunId, FoldedRun> recent = new RecentRuns();
  private final AtomicLong reapCount = new AtomicLong();
  private final Deque<ClosedRun> oldestFirst = new ArrayDeque<>();
  private final Deque<RunTail> deletedFirst = new ArrayDeque<>();
  private final Hub hub;
  private final InstantSource clock;
  private final long graceMs;

  RunReaper(Hub hub, InstantSource clock, long graceMs) {
    this.hub = hub;
    this.clock = clock;
    this.graceMs = graceMs;
  }

  /** How many runs have left memory so far. */
  long reapCount() {
    return reapCount.get();
  }

  /** The runs that left memory lately. */
  Collection<FoldedRun> recent() {
    return recent.values();
  }

  /** Returns a run that left memory lately, or was imported and is not in DuckDB yet, or null. */
  @Nullable FoldedRun findRecent(RunId runId) {
    FoldedRun imported = hub.findImported(runId);
    return imported == null ? recent.get(runId) : imported;
  }

  /**
   * Says whether {@link #findRecent} knows every run that left memory since the count was {@code
   * since}.
   */
  boolean remembersSince(long since) {
    return since >= 0 && reapCount.get() - since <= RECENT_MAX;
  }

  void closed(RunTail tail) {
    oldestFirst.add(new ClosedRun(tail, clock.millis()));
  }

  void deleted(RunTail tail) {
    deletedFirst.add(tail);
  }

  void run() {
    // From here on DuckDB tells of them; whoever asked it before is told by what is remembered.
    for (FoldedRun run : hub.releaseImported()) {
      remember(run);
    }
    while (isPersisted(deletedFirst.peek())) {
      reap(deletedFirst.remove());
    }
    while (isDue(oldestFirst.peek())) {
      RunTail tail = oldestFirst.remove().tail();
      if (!tail.run().isDeleted()) {
        reap(tail);
      }
    }
  }

  private void reap(RunTail tail) {
    hub.reap(tail);
    remember(tail.run());
  }

  private void remember(FoldedRun run) {
    // As the newest, whatever was known of it before.
    recent.remove(run.runId());
    recent.put(run.runId(), run);
    reapCount.incrementAndGet();
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

  private static final class RecentRuns extends LinkedHashMap<RunId, FoldedRun> {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<RunId, FoldedRun> eldest) {
      return size() > RECENT_MAX;
    }
  }
}
