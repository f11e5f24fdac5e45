package dev.eider.server.store;

import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.LogPlace;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.PackedEvents;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunPlace;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads what DuckDB has committed, and what is in libraries, in short queries. Thread-safe; each
 * call blocks for as long as DuckDB takes, and for a connection when all are in use.
 */
public interface ColdReader {
  /** The bytes that an event costs in memory besides its envelope. */
  int EVENT_OVERHEAD_BYTES = 128;

  /** The most forks of one run that {@link #findForks} returns. */
  int FORKS_MAX = 100;

  /** Returns a run as of its last persisted record, or null if DuckDB does not know it. */
  @Nullable FoldedRun findRun(RunId runId) throws StoreException;

  /** Returns what {@link #findRun} would if that is in memory, else null. Does not block. */
  default @Nullable FoldedRun peekRun(RunId runId) {
    return null;
  }

  /**
   * Returns the runs with one of these ids, and those opened with one of these request ids (none
   * empty).
   */
  List<FoldedRun> findRuns(Collection<RunId> runIds, Collection<String> requestIds)
      throws StoreException;

  /** Returns a deleted run that is kept for what its forks inherit, or null. */
  @Nullable FoldedRun findKept(RunId runId) throws StoreException;

  /** Returns which of these ids belong to deleted runs, kept or not. */
  Set<RunId> findDeleted(Collection<RunId> runIds) throws StoreException;

  /**
   * Returns the forks of these runs by parent, up to {@link #FORKS_MAX} each, deleted ones that are
   * kept among them.
   */
  Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds) throws StoreException;

  /** Returns in how many parts {@link #readIds} should be asked for all ids. */
  int idParts() throws StoreException;

  /**
   * Passes on those ids that are in one of so many parts. A part is of one moment; all of them
   * together have every run that was there, or was deleted, before the first was read and is not
   * changed meanwhile.
   *
   * @param part the first is 0
   * @param runs takes the id and the request id of a run
   * @param deleted takes the first 16 bytes of the SHA-256 of the id of a deleted run
   */
  void readIds(int part, int parts, BiConsumer<RunId, String> runs, Consumer<byte[]> deleted)
      throws StoreException;

  /** Returns runs by create time and run id, both descending. */
  List<FoldedRun> listRuns(RunQuery query) throws StoreException;

  /**
   * Returns the next events of a run.
   *
   * @throws MissingEventsException if the run was deleted meanwhile; that may go unnoticed, too
   */
  ColdPage readPage(PageQuery query) throws StoreException;

  /** Returns what {@link #readPage} would if that is in memory, else null. Does not block. */
  default @Nullable ColdPage peekPage(PageQuery query) {
    return null;
  }

  /**
   * Returns the next pages of a run, at least one, each as {@link #readPage} would.
   *
   * @param query of the first page
   * @param eventsMax of all of them
   * @param bytesMax of all of them; the last ends with the event that reaches it
   */
  List<ColdPage> readPages(PageQuery query, int eventsMax, long bytesMax) throws StoreException;

  /** Returns the next events of all runs. */
  LogBlock readLog(LogQuery query) throws StoreException;

  /** Returns the next events of a deleted run that is kept; as {@link #readPage}. */
  ColdPage readKeptPage(PageQuery query) throws StoreException;

  /** Returns where the last events of a run are that a query selects, the last one first. */
  List<EventPlace> readLastPlaces(PageQuery query) throws StoreException;

  /** Returns the same of a deleted run that is kept. */
  List<EventPlace> readLastKeptPlaces(PageQuery query) throws StoreException;

  /**
   * Selects runs.
   *
   * @param open null for any state
   * @param labels every one must be there with its value
   * @param parent null for any
   * @param root null for any; the first ancestor, or the run itself
   * @param createdFromUs inclusive, microseconds since 1970 UTC
   * @param createdUntilUs exclusive
   * @param before only runs that come after this place in the order; null to begin
   * @param runsMax >= 1
   */
  record RunQuery(
      @Nullable Boolean open,
      Map<String, String> labels,
      @Nullable RunId parent,
      @Nullable RunId root,
      long createdFromUs,
      long createdUntilUs,
      @Nullable RunPlace before,
      int runsMax) {
    /** Returns whether a run is selected. */
    public boolean matches(FoldedRun run) {
      return (open == null || open == run.isOpen())
          && run.createTimeUs() >= createdFromUs
          && run.createTimeUs() < createdUntilUs
          && (parent == null || (run.parent() != null && parent.equals(run.parent().runId())))
          && (root == null || root.equals(run.rootRunId()))
          && run.labels().entrySet().containsAll(labels.entrySet())
          && (before == null || RunPlace.of(run).isAfter(before));
    }
  }

  /**
   * Selects events of one run. The positions bound the part of the table that DuckDB looks at.
   *
   * @param afterSeq exclusive
   * @param untilSeq inclusive
   * @param fromPosition no event wanted is at a smaller log position
   * @param untilPosition no event wanted is at a larger log position, inclusive
   * @param eventsMax >= 1
   * @param bytesMax a page ends with the event that reaches this many bytes
   */
  record PageQuery(
      RunId runId,
      long afterSeq,
      long untilSeq,
      long fromPosition,
      long untilPosition,
      EventMatcher matcher,
      int eventsMax,
      long bytesMax) {

    /** Returns the query for the page behind one that was read. */
    public PageQuery after(ColdPage page) {
      return new PageQuery(
          runId,
          page.scannedSeq,
          untilSeq,
          page.position,
          untilPosition,
          matcher,
          eventsMax,
          bytesMax);
    }

    /** Returns a query for the same events, up to a seq at most, in pages of another size. */
    public PageQuery inPages(long untilSeqMax, int pageEventsMax, long pageBytesMax) {
      return new PageQuery(
          runId,
          afterSeq,
          Math.min(untilSeq, untilSeqMax),
          fromPosition,
          untilPosition,
          matcher,
          pageEventsMax,
          pageBytesMax);
    }
  }

  /**
   * Selects events of all runs.
   *
   * @param untilPosition no event wanted is at this log position or a larger one; everything before
   *     it is committed
   * @param eventsMax >= 1
   * @param bytesMax a part ends before the event that exceeds it, unless that is its first; with
   *     what the events cost in memory
   */
  record LogQuery(
      LogPlace after, long untilPosition, LogSelection selection, int eventsMax, long bytesMax) {}

  /**
   * A part of the order of all events.
   *
   * @param places of the events, one each
   * @param next every match up to this place has been returned
   * @param passedOver how much of the log after the last event was looked at, in positions
   */
  record LogBlock(
      List<SequencedEvent> events, List<LogPlace> places, LogPlace next, long passedOver) {}

  /**
   * A part of a run.
   *
   * @param events those that match, in seq order
   * @param scannedSeq every match up to this seq, inclusive, has been returned
   * @param position the log position of the last event, or the query's fromPosition when there is
   *     none
   */
  record ColdPage(PackedEvents events, long scannedSeq, long position) {}

  /**
   * A place of an event.
   *
   * @param position a log position at or before it
   */
  record EventPlace(long seq, long position) {}
}
