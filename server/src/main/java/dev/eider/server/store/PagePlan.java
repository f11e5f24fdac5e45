package dev.eider.server.store;

import dev.eider.server.base.Invariants;
import dev.eider.server.run.PackedEvents;
import dev.eider.server.run.RunId;
import dev.eider.server.store.ColdReader.ColdPage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which events pages have, and where each goes: the sizes are known before the events are read, so
 * each is put together where it is sent from. Used by one thread.
 */
final class PagePlan {
  private final RunId runId;
  private final List<Place> places;
  private final int pageEventsMax;
  private final long pageBytesMax;
  private final List<Part> parts = new ArrayList<>();
  private int filled;

  /** Where the last event was looked up; the next one is nearly always the one behind it. */
  private Part part;

  private int index;

  /**
   * @param places of all events, at least one, in seq order
   * @param pageBytesMax a page ends with the event that reaches it
   */
  PagePlan(RunId runId, List<Place> places, int pageEventsMax, long pageBytesMax) {
    this.runId = runId;
    this.places = places;
    this.pageEventsMax = pageEventsMax;
    this.pageBytesMax = pageBytesMax;
    for (int from = 0; from < places.size(); ) {
      Part next = part(from);
      parts.add(next);
      from += next.seqs.length;
    }
    part = parts.get(0);
  }

  private Part part(int from) {
    int until = from;
    long bytes = 0;
    while (until < places.size() && until - from < pageEventsMax && bytes < pageBytesMax) {
      bytes += places.get(until).size;
      until++;
    }
    long[] seqs = new long[until - from];
    int[] sizes = new int[until - from];
    for (int i = 0; i < seqs.length; i++) {
      seqs[i] = places.get(from + i).seq;
      sizes[i] = places.get(from + i).size;
    }
    return new Part(
        seqs, sizes, places.get(until - 1).position, new PackedEvents.Packing(runId, seqs, sizes));
  }

  Place first() {
    return places.get(0);
  }

  Place last() {
    return places.get(places.size() - 1);
  }

  /** Puts an event where it belongs; returns false when it is not among those that are missing. */
  boolean fill(long seq, byte[] rest, byte[] text) {
    if (!find(seq) || part.isFilled[index]) {
      return false;
    }
    part.isFilled[index] = true;
    EventRest.restore(
        rest, text, part.packing.target(), part.packing.begin(index), part.sizes[index]);
    filled++;
    index++;
    return true;
  }

  private boolean find(long seq) {
    if (index < part.seqs.length && part.seqs[index] == seq) {
      return true;
    }
    for (Part candidate : parts) {
      if (candidate.seqs[candidate.seqs.length - 1] >= seq) {
        part = candidate;
        index = Arrays.binarySearch(part.seqs, seq);
        return index >= 0;
      }
    }
    return false;
  }

  /** Says whether every event has been filled in. */
  boolean isFilled() {
    return filled == places.size();
  }

  /**
   * The pages, once every event has been filled in.
   *
   * @param scannedSeq of the last one
   */
  List<ColdPage> pages(long scannedSeq) {
    Invariants.require(isFilled(), "%d of %d events", filled, places.size());
    List<ColdPage> pages = new ArrayList<>(parts.size());
    for (Part each : parts) {
      boolean isLast = pages.size() == parts.size() - 1;
      pages.add(
          new ColdPage(
              each.packing.events(),
              isLast ? scannedSeq : each.seqs[each.seqs.length - 1],
              each.position));
    }
    return pages;
  }

  /** An event, its size, and its place in the log. */
  record Place(long seq, long position, int size) {}

  private static final class Part {
    private final long[] seqs;
    private final int[] sizes;
    private final long position;
    private final PackedEvents.Packing packing;
    private final boolean[] isFilled;

    Part(long[] seqs, int[] sizes, long position, PackedEvents.Packing packing) {
      this.seqs = seqs;
      this.sizes = sizes;
      this.position = position;
      this.packing = packing;
      isFilled = new boolean[seqs.length];
    }
  }
}
