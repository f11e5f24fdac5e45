package dev.eider.server.store;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.primitives.Ints;
import dev.eider.server.base.Invariants;
import dev.eider.server.base.Signal;
import dev.eider.server.run.PackedEvents;
import dev.eider.server.run.RunId;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pages of whole runs, read in blocks: each block by one thread, however many want it, and the next
 * one while a reader is sent those before it.
 *
 * <p>A block that nobody has come for yet takes room that others need. So there are only as many as
 * fit half the room; beyond that, blocks are read when they are asked for. Thread-safe.
 */
final class RunReadAhead {
  private static final Logger LOG = LoggerFactory.getLogger(RunReadAhead.class);

  /** What is read at once at the most, or one larger event. */
  static final long BLOCK_BYTES_MAX = 4L << 20;

  private static final int BLOCK_EVENTS_MAX = 16_384;

  /** A larger array takes whole regions of the heap, up to twice its size. */
  private static final long PAGE_BYTES_MAX = 448 << 10;

  /** What a page costs besides what is in it. */
  private static final int PAGE_OVERHEAD_BYTES = 256;

  /** Who takes the second page of a block is likely to read on. */
  private static final int PAGE_OF_WHO_READS_ON = 1;

  private final ColdReader store;
  private final Executor ahead;
  private final Supplier<Signal> signals;
  private final int untakenMax;
  private final Cache<PageKey, KeptPage> pages;
  private final ConcurrentMap<PageKey, SharedRead<KeptPage>> underWay = new ConcurrentHashMap<>();

  /** Where blocks begin that were read ahead and have not been asked for. */
  private final Set<PageKey> untaken = ConcurrentHashMap.newKeySet();

  /**
   * @param ahead runs what may block
   * @param signals makes what a thread waits for
   */
  RunReadAhead(ColdReader store, long bytesMax, Executor ahead, Supplier<Signal> signals) {
    this.store = store;
    this.ahead = ahead;
    this.signals = signals;
    untakenMax = Ints.saturatedCast(bytesMax / (2 * BLOCK_BYTES_MAX));
    pages =
        CacheBuilder.newBuilder()
            .concurrencyLevel(1)
            .maximumWeight(bytesMax)
            .weigher((PageKey key, KeptPage kept) -> kept.bytes())
            .<PageKey, KeptPage>removalListener(gone -> untaken.remove(gone.getKey()))
            .build();
  }

  /** Lets go of a run's pages. */
  void forget(RunId runId) {
    pages.asMap().keySet().removeIf(key -> key.runId.equals(runId));
  }

  ColdPage read(PageQuery wanted) throws StoreException {
    PageQuery query = wanted.within(PAGE_BYTES_MAX);
    PageKey key = PageKey.of(query);
    untaken.remove(key);
    KeptPage kept = pages.getIfPresent(key);
    if (kept == null || !kept.fits(query)) {
      kept = underWay(key, new Block(query, BLOCK_EVENTS_MAX)).await(signals);
    }
    if (kept == null || !kept.fits(query)) {
      kept = readBlock(new Block(query, BLOCK_EVENTS_MAX));
    }
    if (kept.next != null) {
      readAhead(kept.next);
    }
    return kept.page;
  }

  private SharedRead<KeptPage> underWay(PageKey key, Block block) {
    return underWay.computeIfAbsent(key, absent -> new SharedRead<>(() -> readShared(key, block)));
  }

  private KeptPage readShared(PageKey key, Block block) throws StoreException {
    try {
      return readBlock(block);
    } catch (StoreException e) {
      untaken.remove(key);
      throw e;
    } finally {
      underWay.remove(key);
    }
  }

  private void readAhead(Block next) {
    PageKey key = PageKey.of(next.query);
    if (untaken.size() >= untakenMax || pages.getIfPresent(key) != null || !untaken.add(key)) {
      return;
    }
    try {
      SharedRead<KeptPage> block = underWay(key, next);
      ahead.execute(() -> runAhead(block));
    } catch (RejectedExecutionException e) {
      underWay.remove(key);
      untaken.remove(key);
      LOG.debug("a block is read ahead while the daemon stops", e);
    }
  }

  private static void runAhead(SharedRead<KeptPage> block) {
    try {
      block.run();
    } catch (RuntimeException defect) {
      LOG.error("a block cannot be read ahead; who asks for it meets the same", defect);
    }
  }

  /** Reads a block, keeps its pages, and returns the first. */
  private KeptPage readBlock(Block block) throws StoreException {
    PageQuery place = block.query;
    List<ColdPage> read =
        store.readPages(
            place,
            Math.max(block.eventsMax, place.eventsMax()),
            Math.max(BLOCK_BYTES_MAX, place.bytesMax()));
    requireWhole(read, place);
    Block next = next(read, place);
    KeptPage first = null;
    for (int i = 0; i < read.size(); i++) {
      boolean isOfWhoReadsOn = i == Math.min(PAGE_OF_WHO_READS_ON, read.size() - 1);
      KeptPage kept = KeptPage.of(read.get(i), isOfWhoReadsOn ? next : null);
      if (!kept.page.events().isEmpty()) {
        // Where nothing was to be read, there may be something for who reads further.
        pages.put(PageKey.of(place), kept);
      }
      place = place.after(kept.page);
      first = first == null ? kept : first;
    }
    return Invariants.requireNonNull(first, "a block has no page");
  }

  /** What follows, as many events as are expected to fill it; null at the end. */
  private static @Nullable Block next(List<ColdPage> read, PageQuery query) {
    ColdPage last = read.get(read.size() - 1);
    if (last.scannedSeq() >= query.untilSeq()) {
      return null;
    }
    long bytes = 1;
    for (ColdPage page : read) {
      bytes += page.events().encodedSize();
    }
    // A little less than would fill it, since to find the end of more costs another query.
    long events = (last.scannedSeq() - query.afterSeq()) * (BLOCK_BYTES_MAX * 9 / 10) / bytes;
    return new Block(query.after(last), (int) Math.min(BLOCK_EVENTS_MAX, events));
  }

  /**
   * Requires every event up to what was scanned, once: a reader goes on behind that, so what is
   * missing would be missing for good.
   */
  private static void requireWhole(List<ColdPage> block, PageQuery query)
      throws MissingEventsException {
    long seq = query.afterSeq();
    for (ColdPage page : block) {
      PackedEvents events = page.events();
      for (int i = 0; i < events.size(); i++) {
        seq++;
        if (events.seq(i) != seq) {
          throw new MissingEventsException(
              "run %s: DuckDB has event %d where %d comes next"
                  .formatted(query.runId(), events.seq(i), seq));
        }
      }
      if (seq != page.scannedSeq()) {
        throw new MissingEventsException(
            "run %s: DuckDB has no event %d, and should have those up to %d"
                .formatted(query.runId(), seq + 1, page.scannedSeq()));
      }
    }
  }

  /**
   * A page and what it takes, which does not change either.
   *
   * @param next the block to be read now, since somebody reads on; null for most pages
   */
  private record KeptPage(ColdPage page, int bytes, @Nullable Block next) {
    static KeptPage of(ColdPage page, @Nullable Block next) {
      return new KeptPage(
          page, Ints.saturatedCast(PAGE_OVERHEAD_BYTES + page.events().memoryBytes()), next);
    }

    boolean fits(PageQuery query) {
      return page.scannedSeq() <= query.untilSeq()
          && (page.events().size() == 1 || page.events().encodedSize() <= 2 * query.bytesMax());
    }
  }

  /**
   * Pages that are read at once.
   *
   * @param query of the first of them
   */
  private record Block(PageQuery query, int eventsMax) {}

  /** Where a page begins and how long it was to be. */
  private record PageKey(RunId runId, long afterSeq, int eventsMax) {
    static PageKey of(PageQuery query) {
      return new PageKey(query.runId(), query.afterSeq(), query.eventsMax());
    }
  }
}
