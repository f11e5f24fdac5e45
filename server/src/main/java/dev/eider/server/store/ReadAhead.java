package dev.eider.server.store;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.primitives.Ints;
import dev.eider.server.run.EventMatcher;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunId;
import dev.eider.server.run.SequencedEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads whole runs, and all runs, ahead of those who follow them, and keeps what it has read for
 * others who read the same.
 *
 * <p>Problem: what a query costs DuckDB before its first row is as much as a thousand rows cost. So
 * whoever wants the next page of a run has several pages read, and finds the others here. Pages
 * never change once they are read, because events do not; what is deleted has to be forgotten.
 * Reads that filter, or want a single event, go to the store directly.
 *
 * <p>Holds no more than {@code bytesMax}, least recently used first out; a page that is gone is
 * read again. Thread-safe; blocks as the store does.
 */
public final class ReadAhead implements ColdReader {
  /** What is read at once at the most, or one larger event. */
  public static final long BLOCK_BYTES_MAX = 4L << 20;

  /** What is kept of the order of all events. */
  public static final long LOG_BYTES_MAX = LogReadAhead.BLOCKS_MAX * LogReadAhead.BLOCK_BYTES_MAX;

  /** What is kept of closed runs besides their events. */
  public static final long RUNS_BYTES_MAX = 4L << 20;

  private static final int BLOCK_EVENTS_MAX = 16_384;

  /** What an event and a page cost besides the envelopes. */
  private static final int OVERHEAD_BYTES = EVENT_OVERHEAD_BYTES;

  private final ColdReader store;
  private final Cache<PageKey, WeighedPage> pages;
  private final Cache<RunId, FoldedRun> closedRuns;
  private final LogReadAhead log;
  private final AtomicLong forgotten = new AtomicLong();

  public ReadAhead(ColdReader store, long bytesMax) {
    this.store = store;
    log = new LogReadAhead(store);
    pages =
        CacheBuilder.newBuilder()
            .concurrencyLevel(1)
            .maximumWeight(bytesMax)
            .weigher((PageKey key, WeighedPage kept) -> kept.bytes())
            .build();
    closedRuns =
        CacheBuilder.newBuilder()
            .concurrencyLevel(1)
            .maximumWeight(RUNS_BYTES_MAX)
            .weigher((RunId runId, FoldedRun run) -> Ints.saturatedCast(run.memoryBytes()))
            .build();
  }

  /** A run that is closed does not change, so it is asked for once. */
  @Override
  public @Nullable FoldedRun findRun(RunId runId) throws StoreException {
    FoldedRun known = closedRuns.getIfPresent(runId);
    if (known != null) {
      return known;
    }
    long forgottenBefore = forgotten.get();
    FoldedRun found = store.findRun(runId);
    if (found != null && !found.isOpen()) {
      closedRuns.put(runId, found);
      if (forgotten.get() != forgottenBefore) {
        // It may have been read just before it was erased.
        closedRuns.invalidate(runId);
      }
    }
    return found;
  }

  /** Lets go of what is kept of a run that the store has erased. */
  public void forget(RunId runId) {
    forgotten.incrementAndGet();
    closedRuns.invalidate(runId);
    log.forget();
    pages.asMap().keySet().removeIf(key -> key.runId.equals(runId));
  }

  @Override
  public @Nullable FoldedRun findKept(RunId runId) throws StoreException {
    return store.findKept(runId);
  }

  @Override
  public List<FoldedRun> findInLibrary(Collection<RunId> runIds) {
    return store.findInLibrary(runIds);
  }

  @Override
  public Set<RunId> findDeleted(Collection<RunId> runIds) throws StoreException {
    return store.findDeleted(runIds);
  }

  @Override
  public Map<RunId, List<RunId>> findForks(Collection<RunId> parentIds) throws StoreException {
    return store.findForks(parentIds);
  }

  @Override
  public ColdPage readKeptPage(PageQuery query) throws StoreException {
    return store.readKeptPage(query);
  }

  @Override
  public List<FoldedRun> findRuns(Collection<RunId> runIds, Collection<String> requestIds)
      throws StoreException {
    return store.findRuns(runIds, requestIds);
  }

  @Override
  public List<FoldedRun> listRuns(RunQuery query) throws StoreException {
    return store.listRuns(query);
  }

  @Override
  public ColdPage readPage(PageQuery query) throws StoreException {
    if (!query.matcher().equals(EventMatcher.ALL) || query.eventsMax() == 1) {
      return store.readPage(query);
    }
    PageKey key = new PageKey(query.runId(), query.afterSeq(), query.eventsMax());
    WeighedPage known = pages.getIfPresent(key);
    return known != null && known.fits(query) ? known.page() : readBlock(query);
  }

  @Override
  public LogBlock readLog(LogQuery query) throws StoreException {
    return log.read(query);
  }

  private ColdPage readBlock(PageQuery query) throws StoreException {
    ColdPage block =
        store.readPage(
            new PageQuery(
                query.runId(),
                query.afterSeq(),
                query.untilSeq(),
                query.fromPosition(),
                query.untilPosition(),
                query.matcher(),
                Math.max(BLOCK_EVENTS_MAX, query.eventsMax()),
                Math.max(BLOCK_BYTES_MAX, query.bytesMax())));
    requireWhole(block, query);
    List<ColdPage> split = split(block, query);
    long afterSeq = query.afterSeq();
    for (ColdPage page : split) {
      pages.put(new PageKey(query.runId(), afterSeq, query.eventsMax()), WeighedPage.of(page));
      afterSeq = page.scannedSeq();
    }
    return split.isEmpty() ? block : split.get(0);
  }

  /**
   * Requires every event up to what was scanned, once: a reader goes on behind that, so what is
   * missing would be missing for good.
   */
  private static void requireWhole(ColdPage block, PageQuery query) throws MissingEventsException {
    long seq = query.afterSeq();
    for (SequencedEvent event : block.events()) {
      seq++;
      if (event.seq() != seq) {
        throw new MissingEventsException(
            "run %s: DuckDB has event %d where %d comes next"
                .formatted(query.runId(), event.seq(), seq));
      }
    }
    if (seq != block.scannedSeq()) {
      throw new MissingEventsException(
          "run %s: DuckDB has no event %d, and should have those up to %d"
              .formatted(query.runId(), seq + 1, block.scannedSeq()));
    }
  }

  /** Cuts a block into pages as the query wants them; all but the last have the block's start. */
  private static List<ColdPage> split(ColdPage block, PageQuery query) {
    List<ColdPage> split = new ArrayList<>();
    List<SequencedEvent> rest = block.events();
    long seq = query.afterSeq();
    while (!rest.isEmpty()) {
      int count = 0;
      long bytes = 0;
      while (count < rest.size() && count < query.eventsMax() && bytes < query.bytesMax()) {
        bytes += rest.get(count).envelope().length;
        count++;
      }
      seq += count;
      boolean isLast = count == rest.size();
      split.add(
          new ColdPage(
              List.copyOf(rest.subList(0, count)),
              seq,
              isLast ? block.position() : query.fromPosition()));
      rest = rest.subList(count, rest.size());
    }
    return split;
  }

  /** A page and what it takes, which does not change either. */
  private record WeighedPage(ColdPage page, int bytes) {
    static WeighedPage of(ColdPage page) {
      long bytes = OVERHEAD_BYTES;
      for (SequencedEvent event : page.events()) {
        bytes += event.envelope().length + OVERHEAD_BYTES;
      }
      return new WeighedPage(page, Ints.saturatedCast(bytes));
    }

    boolean fits(PageQuery query) {
      return page.scannedSeq() <= query.untilSeq()
          && (page.events().size() == 1 || bytes <= 2 * query.bytesMax());
    }
  }

  /** Where a page begins and how long it was to be. */
  private record PageKey(RunId runId, long afterSeq, int eventsMax) {}
}
