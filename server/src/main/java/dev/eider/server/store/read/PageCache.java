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
 * An LRU cache of pages of whole runs. A page serves every reader that wants any of its events, so
 * readers that began at different places come to share the same pages. Thread-safe.
 *
 * @param <T> the tag that is kept with a page
 */
final class PageCache<T> {
  /** The bytes that a page costs besides its events. */
  private static final int PAGE_OVERHEAD_BYTES = 384;

  private final Cache<Place, KeptPage<T>> pages;

  /**
   * The places at which pages begin. It may miss a page, or name one that is gone, while that page
   * is put and evicted at the same time: then it is read again.
   */
  private final NavigableSet<Place> places = new ConcurrentSkipListSet<>();

  /**
   * @param onGone called with the place of a page that is no longer cached
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

  /** Returns the seq behind which the next page begins; Long.MAX_VALUE if there is none. */
  long nextSeq(Place place) {
    Place next = places.higher(place);
    return next == null || !next.isOfSame(place) ? Long.MAX_VALUE : next.afterSeq;
  }

  /** Puts a page, which must not be empty. */
  void put(KeptPage<T> kept) {
    places.add(kept.place);
    pages.put(kept.place, kept);
  }

  /** Drops a run's pages. */
  void forget(RunId runId) {
    pages.asMap().keySet().removeIf(place -> place.runId.equals(runId));
  }

  /**
   * The place at which a page begins: behind an event of a run.
   *
   * @param edition of a run of a library, whose file may change; 0 for all others
   */
  record Place(RunId runId, long afterSeq, long edition) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
        Comparator.comparing(Place::runId)
            .thenComparingLong(Place::edition)
            .thenComparingLong(Place::afterSeq);

    private boolean isOfSame(Place other) {
      return runId.equals(other.runId) && edition == other.edition;
    }

    static Place of(PageQuery query) {
      return new Place(query.runId(), query.afterSeq(), Math.min(0, query.untilPosition()));
    }

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * A page with every event of its run behind a place.
   *
   * @param tag kept with it
   */
  record KeptPage<T>(Place place, ColdPage page, @Nullable T tag) {
    private int weight() {
      return Ints.saturatedCast(PAGE_OVERHEAD_BYTES + page.events().memoryBytes());
    }

    /** Returns the part that a query wants, of up to twice its bytes. */
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
