package dev.eider.server.store.read;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.cache.RemovalCause;
import com.google.common.primitives.Ints;
import dev.eider.server.event.PackedEvents;
import dev.eider.server.event.RunId;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Pages of whole runs in memory, least recently used first out. A page serves whoever wants any of
 * its events, so readers who began at different places come to share the same pages. Thread-safe.
 *
 * @param <T> what is remembered with a page
 */
final class PageCache<T> {
  /** What a page costs besides what is in it. */
  private static final int PAGE_OVERHEAD_BYTES = 384;

  private final Cache<Place, KeptPage<T>> pages;

  /**
   * Where the pages begin. While one is put as it is let go, it may lack a page, or have lost one:
   * that is read again.
   */
  private final NavigableSet<Place> places = new ConcurrentSkipListSet<>();

  /**
   * @param onGone told where a page began that is kept no longer
   */
  PageCache(long bytesMax, Consumer<Place> onGone) {
    pages =
        CacheBuilder.newBuilder()
            .concurrencyLevel(1)
            .maximumWeight(bytesMax)
            .weigher((Place place, KeptPage<T> kept) -> kept.weight())
            .<Place, KeptPage<T>>removalListener(
                gone -> {
                  if (gone.getCause() != RemovalCause.REPLACED) {
                    places.remove(gone.getKey());
                    onGone.accept(gone.getKey());
                  }
                })
            .build();
  }

  /** Returns a page with the event behind this place, or null. */
  @Nullable KeptPage<T> find(Place wanted) {
    Place place = places.floor(wanted);
    if (place == null || !place.runId.equals(wanted.runId)) {
      return null;
    }
    KeptPage<T> kept = pages.getIfPresent(place);
    return kept != null && kept.page.scannedSeq() > wanted.afterSeq ? kept : null;
  }

  /** The seq behind which the next page begins; as large as can be when there is none. */
  long nextSeq(Place place) {
    Place next = places.higher(place);
    return next == null || !next.runId.equals(place.runId) ? Long.MAX_VALUE : next.afterSeq;
  }

  /** Keeps a page that is not empty. */
  void put(KeptPage<T> kept) {
    places.add(kept.place);
    pages.put(kept.place, kept);
  }

  /** Lets go of a run's pages. */
  void forget(RunId runId) {
    pages.asMap().keySet().removeIf(place -> place.runId.equals(runId));
  }

  /** Where a page begins: behind an event of a run. */
  record Place(RunId runId, long afterSeq) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
        Comparator.comparing(Place::runId).thenComparingLong(Place::afterSeq);

    static Place of(PageQuery query) {
      return new Place(query.runId(), query.afterSeq());
    }

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * A page with every event of its run behind a place.
   *
   * @param tag what is remembered with it
   */
  record KeptPage<T>(Place place, ColdPage page, @Nullable T tag) {
    private int weight() {
      return Ints.saturatedCast(PAGE_OVERHEAD_BYTES + page.events().memoryBytes());
    }

    /** What somebody wants of it, beginning where they are; up to twice their bytes. */
    ColdPage part(PageQuery query) {
      PackedEvents events = page.events();
      int from = Ints.saturatedCast(query.afterSeq() - place.afterSeq);
      int until = end(from, query);
      if (from == 0 && until == events.size()) {
        return page;
      }
      return new ColdPage(
          events.part(from, until),
          place.afterSeq + until,
          until == events.size() ? page.position() : query.fromPosition());
    }

    private int end(int from, PageQuery query) {
      PackedEvents events = page.events();
      long wanted = Math.min(query.eventsMax(), query.untilSeq() - query.afterSeq());
      int most = (int) Math.min(events.size(), from + Math.max(0, wanted));
      if (events.encodedSize(from, most) <= 2 * query.bytesMax()) {
        return most;
      }
      int end = from + 1;
      while (events.encodedSize(from, end) < query.bytesMax()) {
        end++;
      }
      return end;
    }
  }
}
