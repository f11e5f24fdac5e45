package dev.eider.server.store;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.primitives.Ints;
import dev.eider.server.base.Invariants;
import dev.eider.server.run.EventMatcher;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.RunId;
import dev.eider.server.run.SequencedEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads whole runs, and all runs, ahead of those who follow them, and keeps what it has read for
 * others who read the same.
 *
 * <p>Problem: what a query costs DuckDB before its first row is as much as a thousand rows cost. So
 * whoever wants the next page of a run has several pages read, and finds the others here. Pages
 * never change once they are read, because events do not. Reads that filter, or want a single
 * event, go to the store directly.
 *
 * <p>Holds no more than {@code bytesMax}, least recently used first out; a page that is gone is
 * read again. Thread-safe; blocks as the store does.
 */
public final class ReadAhead implements ColdReader {
  /** What is read at once at the most, or one larger event. */
  public static final long BLOCK_BYTES_MAX = 2L << 20;

  /** What is kept of the order of all events. */
  public static final long LOG_BYTES_MAX = LogReadAhead.BLOCKS_MAX * LogReadAhead.BLOCK_BYTES_MAX;

  /** What is kept of closed runs besides their events. */
  public static final long RUNS_BYTES_MAX = 4L << 20;

  private static final int BLOCK_EVENTS_MAX = 8_192;

  /** What an event and a page cost besides the envelopes. */
  private static final int OVERHEAD_BYTES = EVENT_OVERHEAD_BYTES;

  private final ColdReader store;
  private final Cache<PageKey, ColdPage> pages;
  private final Cache<RunId, FoldedRun> closedRuns;
  private final LogReadAhead log;

  public ReadAhead(ColdReader store, long bytesMax) {
    this.store = store;
    log = new LogReadAhead(store);
    pages =
        CacheBuilder.newBuilder()
            .concurrencyLevel(1)
            .maximumWeight(bytesMax)
            .weigher((PageKey key, ColdPage page) -> weight(page.events()))
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
    FoldedRun found = store.findRun(runId);
    if (found != null && !found.isOpen()) {
      closedRuns.put(runId, found);
    }
    return found;
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
    ColdPage known = pages.getIfPresent(key);
    return known != null && fits(known, query) ? known : readBlock(query);
  }

  @Override
  public LogBlock readLog(LogQuery query) throws StoreException {
    return log.read(query);
  }

  private static boolean fits(ColdPage page, PageQuery query) {
    return page.scannedSeq() <= query.untilSeq()
        && (page.events().size() == 1 || weight(page.events()) <= 2 * query.bytesMax());
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
    List<ColdPage> split = split(block, query);
    long lastSeq = split.isEmpty() ? query.afterSeq() : split.get(split.size() - 1).scannedSeq();
    // A reader goes on behind what was scanned: what is missing there would be missing for good.
    Invariants.require(
        lastSeq == block.scannedSeq(),
        "run %s: DuckDB has %d of the events %d-%d",
        query.runId(),
        lastSeq - query.afterSeq(),
        query.afterSeq() + 1,
        block.scannedSeq());
    long afterSeq = query.afterSeq();
    for (ColdPage page : split) {
      pages.put(new PageKey(query.runId(), afterSeq, query.eventsMax()), page);
      afterSeq = page.scannedSeq();
    }
    return split.isEmpty() ? block : split.get(0);
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

  private static int weight(List<SequencedEvent> events) {
    long bytes = OVERHEAD_BYTES;
    for (SequencedEvent event : events) {
      bytes += event.envelope().length + OVERHEAD_BYTES;
    }
    return Ints.saturatedCast(bytes);
  }

  /** Where a page begins and how long it was to be. */
  private record PageKey(RunId runId, long afterSeq, int eventsMax) {}
}
