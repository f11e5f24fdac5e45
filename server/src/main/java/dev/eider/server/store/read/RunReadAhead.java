package dev.eider.server.store.read;

import com.google.common.primitives.Ints;
import dev.eider.server.base.Invariants;
import dev.eider.server.base.Signal;
import dev.eider.server.event.PackedEvents;
import dev.eider.server.event.RunId;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.MissingEventsException;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.read.PageCache.KeptPage;
import dev.eider.server.store.read.PageCache.Place;
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
 * Reads whole runs in blocks of pages: each block as a single flight, however many readers want it,
 * and the next one while a reader is being sent the one before.
 *
 * <p>A block that no reader has asked for yet takes room from the others. So blocks read ahead fill
 * at most half the cache; beyond that, a block is read when it is asked for. Thread-safe.
 */
final class RunReadAhead {
  private static final Logger LOG = LoggerFactory.getLogger(RunReadAhead.class);

  /** The most bytes of a block, or one larger event. */
  static final long BLOCK_BYTES_MAX = 4L << 20;

  private static final int BLOCK_EVENTS_MAX = 16_384;

  /** The most events of a page, the same for all readers, since they share it. */
  static final int PAGE_EVENTS_MAX = 1_000;

  /**
   * The most bytes of a page: a larger array takes whole regions of the heap, up to twice its size.
   */
  private static final long PAGE_BYTES_MAX = 448 << 10;

  /** The page whose reader is likely to read on, so that the next block is read ahead. */
  private static final int PAGE_BEFORE_NEXT = 1;

  private final ColdReader store;
  private final Executor ahead;
  private final Supplier<Signal> signals;
  private final int untakenMax;

  /** The cache; some pages carry the block to read ahead once they are taken. */
  private final PageCache<Block> pages;

  private final ConcurrentMap<Place, SharedRead<KeptPage<Block>>> underWay =
      new ConcurrentHashMap<>();

  /** The places of blocks that were read ahead and not asked for yet. */
  private final Set<Place> untaken = ConcurrentHashMap.newKeySet();

  /**
   * @param ahead runs the reads ahead, which may block
   * @param signals makes the signals that threads wait for
   */
  RunReadAhead(ColdReader store, long bytesMax, Executor ahead, Supplier<Signal> signals) {
    this.store = store;
    this.ahead = ahead;
    this.signals = signals;
    untakenMax = Ints.saturatedCast(bytesMax / (2 * BLOCK_BYTES_MAX));
    pages = new PageCache<>(bytesMax, untaken::remove);
  }

  /** Drops a run's pages. */
  void forget(RunId runId) {
    pages.forget(runId);
  }

  /** Returns the next page if it is in memory, else null. Does not block. */
  @Nullable ColdPage peek(PageQuery wanted) {
    KeptPage<Block> kept = pages.find(Place.of(wanted));
    return kept == null ? null : take(kept, wanted);
  }

  /** Returns the next page. Blocks. */
  ColdPage read(PageQuery wanted) throws StoreException {
    ColdPage known = peek(wanted);
    if (known != null) {
      return known;
    }
    Block block = new Block(wanted, BLOCK_EVENTS_MAX);
    KeptPage<Block> read = underWay(block).await(signals);
    return take(read == null ? readBlock(block) : read, wanted);
  }

  private ColdPage take(KeptPage<Block> kept, PageQuery wanted) {
    untaken.remove(kept.place());
    Block next = kept.tag();
    if (next != null) {
      readAhead(next);
    }
    return kept.part(wanted);
  }

  private SharedRead<KeptPage<Block>> underWay(Block block) {
    Place place = Place.of(block.query);
    return underWay.computeIfAbsent(place, key -> new SharedRead<>(() -> readShared(key, block)));
  }

  private KeptPage<Block> readShared(Place place, Block block) throws StoreException {
    try {
      return readBlock(block);
    } catch (StoreException e) {
      untaken.remove(place);
      throw e;
    } finally {
      underWay.remove(place);
    }
  }

  private void readAhead(Block next) {
    Place place = Place.of(next.query);
    if (untaken.size() >= untakenMax || pages.find(place) != null || !untaken.add(place)) {
      return;
    }
    try {
      SharedRead<KeptPage<Block>> block = underWay(next);
      ahead.execute(() -> runAhead(block));
    } catch (RejectedExecutionException e) {
      underWay.remove(place);
      untaken.remove(place);
      LOG.debug("a block is read ahead while the daemon stops", e);
    }
  }

  private static void runAhead(SharedRead<KeptPage<Block>> block) {
    try {
      block.run();
    } catch (RuntimeException defect) {
      LOG.error("a block cannot be read ahead; its reader will meet the same", defect);
    }
  }

  /**
   * Reads a block up to where the cache goes on, puts its pages into the cache, and returns the
   * first. Readers that come to the pages behind it share them from there on.
   */
  private KeptPage<Block> readBlock(Block block) throws StoreException {
    Place place = Place.of(block.query);
    PageQuery query = block.query.inPages(pages.nextSeq(place), PAGE_EVENTS_MAX, PAGE_BYTES_MAX);
    List<ColdPage> read =
        store.readPages(query, Math.max(block.eventsMax, PAGE_EVENTS_MAX), BLOCK_BYTES_MAX);
    requireWhole(read, query);
    Block next = next(read, block.query);
    KeptPage<Block> first = null;
    for (int i = 0; i < read.size(); i++) {
      ColdPage page = read.get(i);
      boolean readsOn = i == Math.min(PAGE_BEFORE_NEXT, read.size() - 1);
      KeptPage<Block> kept = new KeptPage<>(place, page, readsOn ? next : null);
      if (!page.events().isEmpty()) {
        // An empty page is not kept: a reader with a later end may find events there.
        pages.put(kept);
      }
      place = new Place(place.runId(), page.scannedSeq(), place.edition());
      first = first == null ? kept : first;
    }
    return Invariants.requireNonNull(first, "a block has no page");
  }

  /** Returns the block that follows, with as many events as should fill it; null at the end. */
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
   * Requires every event up to what was scanned, once: a reader goes on behind that, so a missing
   * event would stay missing for good.
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
   * Pages that are read at once.
   *
   * @param query of their first reader
   */
  private record Block(PageQuery query, int eventsMax) {}
}
