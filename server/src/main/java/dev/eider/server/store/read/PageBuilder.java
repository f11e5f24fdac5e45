package dev.eider.server.store.read;

import dev.eider.server.event.PackedEvents;
import dev.eider.server.event.RunId;
import dev.eider.server.store.ColdReader.ColdPage;
import dev.eider.server.store.ColdReader.PageQuery;
import dev.eider.server.store.row.EventDelta;
import java.util.ArrayList;
import java.util.List;

/** Builds pages of rows, each once its last row has come. Used by one thread. */
final class PageBuilder {
  private final RunId runId;
  private final int pageEventsMax;
  private final long pageBytesMax;
  private final List<ColdPage> pages = new ArrayList<>();

  /** The rows of the page that is not full yet. */
  private final List<Row> rows = new ArrayList<>();

  private long bytes;
  private int count;

  PageBuilder(PageQuery query) {
    runId = query.runId();
    pageEventsMax = query.eventsMax();
    pageBytesMax = query.bytesMax();
  }

  /** Adds the next event; seqs ascend. */
  void add(Row row) {
    rows.add(row);
    count++;
    bytes += row.size;
    if (rows.size() == pageEventsMax || bytes >= pageBytesMax) {
      pages.add(page(last().seq));
    }
  }

  /** Returns how many events have been added. */
  int count() {
    return count;
  }

  /**
   * Returns all pages.
   *
   * @param scannedSeq of the last one
   */
  List<ColdPage> pages(long scannedSeq) {
    if (!rows.isEmpty()) {
      pages.add(page(scannedSeq));
    } else if (!pages.isEmpty()) {
      ColdPage last = pages.remove(pages.size() - 1);
      pages.add(new ColdPage(last.events(), scannedSeq, last.position()));
    }
    return pages;
  }

  private ColdPage page(long scannedSeq) {
    long position = last().position;
    long[] seqs = new long[rows.size()];
    int[] sizes = new int[rows.size()];
    for (int i = 0; i < seqs.length; i++) {
      seqs[i] = rows.get(i).seq;
      sizes[i] = rows.get(i).size;
    }
    PackedEvents.Packing packing = new PackedEvents.Packing(runId, seqs, sizes);
    for (int i = 0; i < seqs.length; i++) {
      Row row = rows.get(i);
      EventDelta.restoreInto(row.rest, row.text, packing.target(), packing.begin(i), row.size);
    }
    rows.clear();
    bytes = 0;
    return new ColdPage(packing.events(), scannedSeq, position);
  }

  private Row last() {
    return rows.get(rows.size() - 1);
  }

  /**
   * An event as it is stored.
   *
   * @param size of the whole event
   */
  @SuppressWarnings("ArrayRecordComponent") // never changed nor compared
  record Row(long seq, long position, int size, byte[] rest, byte[] text) {}
}
