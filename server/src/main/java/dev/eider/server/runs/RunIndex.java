package dev.eider.server.runs;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.runs.PersistedRuns.StoredIds;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which runs there are: the one answer to who has an id.
 *
 * <p>A run is in memory (open; closed, until it is dropped; deleted, until DuckDB has erased it; or
 * imported and not in DuckDB yet), or in a library, or DuckDB alone knows it, or there never was
 * one. Nearly every id that is asked for is new: so a filter of all ids that memory does not have
 * says for most of them that there never was such a run, and DuckDB is asked about the rest, by an
 * {@link Inquiry}.
 *
 * <p>The sequencer thread alone decides who gets an id and has runs leave. A run is added to the
 * filter, and told of to all open inquiries, before it leaves; so what is said there of an id is
 * right for as long as that thread does nothing else.
 *
 * <p>Thread-safe, but for what belongs to the sequencer thread.
 */
public final class RunIndex {
  private final Hub hub;
  private final PersistedRuns persisted;
  private final IdFilter filter = new IdFilter();
  private final Set<Inquiry> inquiries = ConcurrentHashMap.newKeySet();
  private final Map<RunId, FoldedRun> inLibraries = new ConcurrentHashMap<>();

  // Written by the thread run-lookup.
  private int parts;
  private int partsRead;
  private volatile boolean isFilterComplete;

  /** Begins with the runs as the log leaves them. */
  public RunIndex(Hub hub, PersistedRuns persisted) {
    this.hub = hub;
    this.persisted = persisted;
  }

  /** Returns what ids take in memory at the most, in bytes. */
  public static long idBytesMax() {
    return IdFilter.BYTES_MAX;
  }

  /** Returns a run that is in memory, deleted ones included, or in a library; else null. */
  public @Nullable FoldedRun find(RunId runId) {
    RunTail tail = hub.find(runId);
    if (tail != null) {
      return tail.run();
    }
    FoldedRun imported = hub.findImported(runId);
    return imported == null ? inLibraries.get(runId) : imported;
  }

  /** Returns the run in memory that was opened with a request id, or null. */
  public @Nullable RunId findByRequestId(String requestId) {
    return hub.findByRequestId(requestId);
  }

  /**
   * Returns whether it is known without DuckDB who has an id: the run that {@link #find} returns,
   * or nobody ever had. Right for as long as the sequencer thread does nothing else.
   */
  public boolean isKnown(RunId runId) {
    return find(runId) != null || (isFilterComplete && !filter.mayContain(IdFilter.hash(runId)));
  }

  /** Returns the same of the request id of an opening. */
  public boolean isRequestKnown(String requestId) {
    return findByRequestId(requestId) != null
        || (isFilterComplete && !filter.mayContain(IdFilter.hash(requestId)));
  }

  /**
   * Asks DuckDB about what memory and the filter do not answer. Blocks. For the thread {@code
   * run-lookup}; each decision that rests on the inquiry must be {@link #decided} once.
   *
   * @param parentIds runs whose forks are wanted
   * @param decisions how many will rest on it
   * @throws BrokerException if DuckDB cannot be used at the moment
   */
  public Inquiry inquire(
      Set<RunId> runIds, Set<String> requestIds, Set<RunId> parentIds, int decisions) {
    Inquiry inquiry = new Inquiry(runIds, requestIds, parentIds, decisions);
    // Before memory is looked at and DuckDB is asked.
    inquiries.add(inquiry);
    try {
      Set<RunId> ids = runIds.stream().filter(id -> !isKnown(id)).collect(Collectors.toSet());
      Set<String> requests =
          requestIds.stream().filter(id -> !isRequestKnown(id)).collect(Collectors.toSet());
      inquiry.answer(
          ids.isEmpty() && requests.isEmpty() ? List.of() : persisted.find(ids, requests),
          parentIds.isEmpty() ? Map.of() : persisted.findForks(parentIds));
    } catch (BrokerException e) {
      inquiries.remove(inquiry);
      throw e;
    }
    return inquiry;
  }

  /** Ends an inquiry once all decisions have been made that rest on it. */
  public void decided(Inquiry inquiry) {
    if (inquiry.decided()) {
      inquiries.remove(inquiry);
    }
  }

  /**
   * Reads a part of the ids that DuckDB has, until the filter has all of them; DuckDB is asked
   * about every id until then. Blocks. For the thread {@code run-lookup}.
   *
   * @return whether there is more to read
   * @throws BrokerException if DuckDB cannot be used at the moment
   */
  public boolean readIds() {
    if (parts == 0) {
      parts = persisted.idParts();
    }
    if (partsRead < parts) {
      persisted.readIds(partsRead, parts, new FilterFilling());
      partsRead++;
    }
    isFilterComplete = partsRead == parts;
    return !isFilterComplete;
  }

  /** Drops a run from memory that DuckDB has, or has erased. For the sequencer thread. */
  public void leave(RunTail tail) {
    leaves(tail.run());
    hub.reap(tail);
  }

  /** Forgets the imported runs that DuckDB has by now. For the sequencer thread. */
  public void releaseImported() {
    hub.releaseImported().forEach(this::leaves);
  }

  private void leaves(FoldedRun run) {
    remember(run.runId(), run.requestId());
    inquiries.forEach(inquiry -> inquiry.leaves(run));
  }

  /** Returns the forks of a run in memory, or imported, even deleted ones. Sequencer thread. */
  public Collection<RunId> findForks(RunId parentId) {
    return hub.findForks(parentId);
  }

  /**
   * Gives a library the id of one of its runs, which is nobody else's. For the sequencer thread.
   */
  public void claim(FoldedRun inLibrary) {
    inLibraries.put(inLibrary.runId(), inLibrary);
  }

  /** Gives back the id of a run of a library that nobody is shown. */
  public void giveBack(FoldedRun inLibrary) {
    inLibraries.remove(inLibrary.runId(), inLibrary);
  }

  private void remember(RunId runId, String requestId) {
    filter.add(IdFilter.hash(runId));
    if (!requestId.isEmpty()) {
      filter.add(IdFilter.hash(requestId));
    }
  }

  private final class FilterFilling implements StoredIds {
    @Override
    public void stored(RunId runId, String requestId) {
      remember(runId, requestId);
    }

    @Override
    public void deleted(byte[] idHash) {
      filter.add(idHash);
    }
  }
}
