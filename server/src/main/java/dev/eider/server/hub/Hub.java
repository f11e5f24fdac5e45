package dev.eider.server.hub;

import dev.eider.server.base.Listeners;
import dev.eider.server.base.Registration;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.ImportRecord;
import dev.eider.server.run.Parent;
import dev.eider.server.run.RunPlace;
import dev.eider.server.run.StagedFile;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The runs in memory: all open ones, closed ones until they are reaped, and deleted ones until
 * DuckDB has erased them. Whoever finds a deleted one takes it for missing.
 *
 * <p>Methods that change it belong to the sequencer thread, but for {@link #persisted}, which
 * belongs to the persister thread. Everything else is thread-safe.
 */
public final class Hub {
  private final Map<RunId, RunTail> tails = new ConcurrentHashMap<>();
  private final Map<String, RunId> runsByRequestId = new ConcurrentHashMap<>();
  private final Map<RunId, Set<Runnable>> awaited = new ConcurrentHashMap<>();
  private final RunsInOrder inOrder = new RunsInOrder();
  private final ForksInMemory forks = new ForksInMemory();
  private final Listeners<Consumer<FoldedRun>> listeners = new Listeners<>();
  private final Listeners<Runnable> logListeners = new Listeners<>();
  private final Listeners<Consumer<RunId>> erasures = new Listeners<>();
  private final AtomicLong tailBytes = new AtomicLong();
  private final AtomicLong runBytes = new AtomicLong();
  private final AtomicInteger openRuns = new AtomicInteger();
  private final LogTail log;
  private final TailEviction eviction;
  private final PersistProgress progress;
  private final HubBounds bounds;
  private final ImportedRuns imported = new ImportedRuns();

  public Hub(HubBounds bounds, PersistProgress progress) {
    this.bounds = bounds;
    this.progress = progress;
    this.log = new LogTail(progress.position());
    this.eviction = new TailEviction(bounds.persistedBytesMax(), log, tailBytes);
  }

  /** Returns a run, or null if it is not in memory. */
  public @Nullable RunTail find(RunId runId) {
    return tails.get(runId);
  }

  /** Returns the run in memory that was opened with a request id, or null. */
  public @Nullable RunId findByRequestId(String requestId) {
    return runsByRequestId.get(requestId);
  }

  /** Returns the forks of a run in memory, or imported, even deleted ones. Sequencer thread. */
  public Collection<RunId> findForks(RunId parentId) {
    return forks.of(parentId);
  }

  /** Returns the runs in memory, in no order; a view that changes as they do. */
  public Collection<RunTail> runs() {
    return tails.values();
  }

  /**
   * Returns a view of the runs in memory that come after a place in the order of lists, in that
   * order; null for all. A run that is there throughout an iteration is met by it.
   */
  public Collection<RunTail> runsAfter(@Nullable RunPlace place) {
    return inOrder.after(place);
  }

  /** Returns the deleted runs in memory: DuckDB may still have them. */
  public Set<RunId> deletedRuns() {
    return inOrder.deleted();
  }

  public int runCount() {
    return tails.size();
  }

  public int openRunCount() {
    return openRuns.get();
  }

  /** Returns the size of the events in memory, in bytes. */
  public long tailBytes() {
    return tailBytes.get();
  }

  /** Returns whether the events that DuckDB lacks take as much memory as they may. */
  public boolean isTailFull() {
    return tailBytes.get() > bounds.persistedBytesMax() + bounds.unpersistedBytesMax();
  }

  /** Returns the share that surely is taken of the memory for unpersisted events; 1 is all. */
  public double unpersistedShare() {
    return (double) (tailBytes.get() - bounds.persistedBytesMax()) / bounds.unpersistedBytesMax();
  }

  /** Returns the size of what is kept of runs besides their events, in bytes. */
  public long runBytes() {
    return runBytes.get();
  }

  public HubBounds bounds() {
    return bounds;
  }

  public PersistProgress progress() {
    return progress;
  }

  /** Returns the newest events of all runs. */
  public LogTail log() {
    return log;
  }

  /** Has {@code listener} called on the sequencer thread, briefly, when any run has new events. */
  public Registration addLogListener(Runnable listener) {
    return logListeners.add(listener);
  }

  /**
   * Has {@code listener} called, briefly, with every run that is opened, closed or deleted, or
   * several of these at once: on the sequencer thread, for a run of a library on that which found
   * it.
   */
  public Registration addListener(Consumer<FoldedRun> listener) {
    return listeners.add(listener);
  }

  /**
   * Has {@code listener} called, briefly, on the thread that brings it, before memory forgets a run
   * that DuckDB has erased, or when a run of a library is not what it was, so that caches drop it.
   */
  public Registration addErasureListener(Consumer<RunId> listener) {
    return erasures.add(listener);
  }

  /** Has caches drop a run that is not in memory. For any thread. */
  public void announceErased(RunId runId) {
    erasures.forEach(listener -> listener.accept(runId));
  }

  /** Has {@code listener} called once the run is there, briefly, on the thread that brings it. */
  public void awaitRun(RunId runId, Runnable listener) {
    awaited.compute(
        runId,
        (id, waiting) -> {
          Set<Runnable> all = waiting == null ? new LinkedHashSet<>() : waiting;
          all.add(listener);
          return all;
        });
  }

  /** Undoes {@link #awaitRun}. */
  public void removeAwaitRun(RunId runId, Runnable listener) {
    awaited.computeIfPresent(
        runId,
        (id, waiting) -> {
          waiting.remove(listener);
          return waiting.isEmpty() ? null : waiting;
        });
  }

  /** Takes in a run that DuckDB knows as open, at start-up. */
  public void restore(FoldedRun run) {
    runBytes.addAndGet(run.memoryBytes());
    add(new RunTail(run, null, run.headSeq()));
  }

  /** Takes over what a durable record made of a run; it may have no events. */
  public RunTail advance(FoldedRun after, long position, List<SequencedEvent> events) {
    RunTail known = tails.get(after.runId());
    long bytesBefore = known == null ? 0 : known.run().memoryBytes();
    runBytes.addAndGet(after.memoryBytes() - bytesBefore);
    Chunk chunk = events.isEmpty() ? null : new Chunk(after, position, events);
    boolean wasOpen = known == null || known.run().isOpen();
    RunTail tail;
    if (known == null) {
      // Readers must not find a run before its first events.
      tail = new RunTail(after, chunk, 0);
      add(tail);
    } else {
      tail = known;
      tail.advance(after, chunk);
    }
    if (chunk != null) {
      chunk.attach(tail, log);
      log.add(chunk);
      tailBytes.addAndGet(chunk.bytes());
    }
    if (wasOpen && !after.isOpen()) {
      openRuns.decrementAndGet();
    }
    if (after.isDeleted()) {
      inOrder.delete(tail);
      runsByRequestId.remove(after.requestId(), after.runId());
    }
    return tail;
  }

  private void add(RunTail tail) {
    FoldedRun run = tail.run();
    tails.put(run.runId(), tail);
    inOrder.add(tail);
    openRuns.incrementAndGet();
    forks.add(run);
    if (!run.requestId().isEmpty()) {
      runsByRequestId.put(run.requestId(), run.runId());
    }
  }

  /** Skips a record whose events only DuckDB will have, once it is persisted. */
  public void passOver(long position) {
    log.passOver(position);
  }

  /** Notifies the readers that follow all runs that some have changed. */
  public void announceAll() {
    logListeners.forEach(Runnable::run);
  }

  /** Notifies all that listen to a run that it has changed. */
  public void announce(RunTail tail, boolean opened, boolean closed) {
    tail.notifyListeners();
    if (opened) {
      wakeAwaiting(tail.run().runId());
    }
    if (opened || closed || tail.run().isDeleted()) {
      listeners.forEach(listener -> listener.accept(tail.run()));
    }
  }

  /**
   * Counts what runs take that are about to come among those in memory, or no more if negative. For
   * any thread.
   */
  public void holdRunBytes(long bytes) {
    runBytes.addAndGet(bytes);
  }

  /** Adds the runs of a durable import, which stay hidden until DuckDB has them. */
  public void addImport(ImportRecord record, long position) {
    passOver(position);
    imported.add(record, position);
    record.runs().forEach(forks::add);
    runBytes.addAndGet(ImportedRuns.memoryBytes(record.runs()));
  }

  /** Returns a run that has been imported and is not in DuckDB yet, or null. */
  public @Nullable FoldedRun findImported(RunId runId) {
    return imported.find(runId);
  }

  /** Returns the files of the imports that DuckDB lacks. */
  public List<StagedFile> stagedFiles() {
    return imported.files();
  }

  /** Removes, announces and returns imported runs that DuckDB has. Sequencer thread. */
  public List<FoldedRun> releaseImported() {
    List<FoldedRun> released = imported.release(progress.position());
    runBytes.addAndGet(-ImportedRuns.memoryBytes(released));
    for (FoldedRun run : released) {
      if (!tails.containsKey(run.runId())) {
        forks.remove(run);
      }
      announce(run);
    }
    return released;
  }

  /** Announces a run that appears as a whole, without having been in memory. For any thread. */
  public void announce(FoldedRun run) {
    wakeAwaiting(run.runId());
    listeners.forEach(listener -> listener.accept(run));
  }

  private void wakeAwaiting(RunId runId) {
    Set<Runnable> waiting = awaited.remove(runId);
    if (waiting != null) {
      waiting.forEach(Runnable::run);
    }
  }

  /** Records that DuckDB has committed these runs, and all before a log position. */
  public void persisted(Collection<FoldedRun> runs, long position) {
    for (FoldedRun run : runs) {
      RunTail tail = tails.get(run.runId());
      if (tail != null && !run.isDeleted()) {
        tail.setPersistedSeq(run.headSeq());
      }
    }
    progress.advance(position);
  }

  /** Drops persisted events that are over the bound. */
  public void evict() {
    eviction.run(progress.position());
  }

  /** Forgets a closed or deleted run whose records are all persisted. */
  public void reap(RunTail tail) {
    FoldedRun run = tail.run();
    if (run.isDeleted()) {
      erasures.forEach(listener -> listener.accept(run.runId()));
    }
    forks.remove(run);
    tails.remove(run.runId());
    inOrder.remove(tail);
    runBytes.addAndGet(-run.memoryBytes());
    runsByRequestId.remove(run.requestId(), run.runId());
    tailBytes.addAndGet(-tail.clear());
    tail.notifyListeners();
  }

  /** Which of the runs in memory were forked from which run. Owned by the sequencer thread. */
  private static final class ForksInMemory {
    private final Map<RunId, Set<RunId>> byParent = new HashMap<>();

    Collection<RunId> of(RunId parentId) {
      return byParent.getOrDefault(parentId, Set.of());
    }

    void add(FoldedRun run) {
      Parent parent = run.parent();
      if (parent != null) {
        byParent.computeIfAbsent(parent.runId(), id -> new LinkedHashSet<>()).add(run.runId());
      }
    }

    void remove(FoldedRun run) {
      Parent parent = run.parent();
      if (parent != null) {
        byParent.computeIfPresent(
            parent.runId(),
            (id, forks) -> {
              forks.remove(run.runId());
              return forks.isEmpty() ? null : forks;
            });
      }
    }
  }
}
