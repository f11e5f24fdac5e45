package dev.eider.server.store.read;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.primitives.Ints;
import dev.eider.server.base.Signal;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.RunId;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ForwardingColdReader;
import dev.eider.server.store.StoreException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A caching decorator of the store's reader that reads ahead: whole runs, and the log of all runs.
 *
 * <p>Problem: a query costs DuckDB as much before its first row as a thousand rows do. So a read of
 * the next page of a run reads several, the cache has the others, and the pages after those are
 * read while these are sent ({@link RunReadAhead}). Pages never go stale, because events do not
 * change; only deleted runs have to be dropped. Reads that filter, or want a single event, go to
 * the store directly.
 *
 * <p>Holds no more than {@code bytesMax}, least recently used first out; a page that is gone is
 * read again. Thread-safe; blocks as the store does.
 */
public final class ReadAhead extends ForwardingColdReader {
  /** The most bytes that one query reads, or one larger event. */
  public static final long BLOCK_BYTES_MAX = RunReadAhead.BLOCK_BYTES_MAX;

  /** The most bytes that are cached of the log of all runs. */
  public static final long LOG_BYTES_MAX = LogReadAhead.BLOCKS_MAX * LogReadAhead.BLOCK_BYTES_MAX;

  /** The most bytes that are cached of closed runs besides their events. */
  public static final long RUNS_BYTES_MAX = 4L << 20;

  private final RunReadAhead pages;
  private final Cache<RunId, FoldedRun> closedRuns;
  private final LogReadAhead log;
  private final AtomicLong forgotten = new AtomicLong();

  /**
   * @param ahead runs the reads ahead, which may block
   * @param signals makes the signals that threads wait for while another reads what they want
   */
  public ReadAhead(ColdReader store, long bytesMax, Executor ahead, Supplier<Signal> signals) {
    super(store);
    log = new LogReadAhead(store);
    pages = new RunReadAhead(store, bytesMax, ahead, signals);
    closedRuns =
        CacheBuilder.newBuilder()
            .concurrencyLevel(1)
            .maximumWeight(RUNS_BYTES_MAX)
            .weigher((RunId runId, FoldedRun run) -> Ints.saturatedCast(run.memoryBytes()))
            .build();
  }

  /** Returns a run, a closed one from the cache, since it does not change. */
  @Override
  public @Nullable FoldedRun findRun(RunId runId) throws StoreException {
    FoldedRun known = closedRuns.getIfPresent(runId);
    if (known != null) {
      return known;
    }
    long forgottenBefore = forgotten.get();
    FoldedRun found = super.findRun(runId);
    if (found != null && !found.isOpen()) {
      closedRuns.put(runId, found);
      if (forgotten.get() != forgottenBefore) {
        // It may have been read just before it was erased.
        closedRuns.invalidate(runId);
      }
    }
    return found;
  }

  @Override
  public @Nullable FoldedRun peekRun(RunId runId) {
    return closedRuns.getIfPresent(runId);
  }

  /** Drops a run that the store has erased from every cache. */
  public void forget(RunId runId) {
    forgotten.incrementAndGet();
    closedRuns.invalidate(runId);
    log.forget();
    pages.forget(runId);
  }

  @Override
  public ColdPage readPage(PageQuery query) throws StoreException {
    return isReadAhead(query) ? pages.read(query) : super.readPage(query);
  }

  @Override
  public @Nullable ColdPage peekPage(PageQuery query) {
    return isReadAhead(query) ? pages.peek(query) : null;
  }

  private static boolean isReadAhead(PageQuery query) {
    return query.matcher().equals(EventMatcher.ALL) && query.eventsMax() > 1;
  }

  @Override
  public LogBlock readLog(LogQuery query) throws StoreException {
    return log.read(query);
  }
}
