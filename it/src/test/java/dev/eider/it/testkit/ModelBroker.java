package dev.eider.it.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A broker of one run in a page of code: a log that is forced now and then, a table of producers,
 * and a table of rows that follows the log. It can have one {@link Defect}. Owned by one thread.
 */
final class ModelBroker {
  /** What may be wrong with it. */
  enum Defect {
    NONE,
    ACK_BEFORE_FORCE,
    NO_PRODUCER_TABLE,
    VISIBLE_BEFORE_DURABLE,
    POSITION_OUTSIDE_TRANSACTION,
    SEQ_REUSED,
    LAST_RECORD_LOST,
    RECORD_TORN,
    BATCH_REORDERED
  }

  private final Defect defect;
  private final Random random;
  private final List<StoredEvent> log = new ArrayList<>();
  private final Map<String, Long> firstSeqByRequest = new HashMap<>();
  private final List<StoredEvent> rows = new ArrayList<>();
  private final List<Integer> recordEnds = new ArrayList<>();
  private int forced;
  private int persisted;

  ModelBroker(Defect defect, Random random) {
    this.defect = defect;
    this.random = random;
  }

  /** Appends, or finds what is there already; returns the seq of the first event. */
  long publish(List<String> eventIds) {
    Long known = firstSeqByRequest.get(eventIds.get(0));
    if (known != null && defect != Defect.NO_PRODUCER_TABLE) {
      return known;
    }
    long first = log.size() + 1;
    List<String> stored = new ArrayList<>(eventIds);
    if (defect == Defect.BATCH_REORDERED && random.nextInt(5) == 0) {
      stored.add(stored.remove(0));
    }
    stored.forEach(id -> log.add(StoredEvent.of(log.size() + 1, id, id.getBytes())));
    recordEnds.add(log.size());
    firstSeqByRequest.put(eventIds.get(0), first);
    return first;
  }

  /** Returns whether what was published up to a seq may be acknowledged. */
  boolean mayAck(long lastSeq) {
    return lastSeq <= forced || defect == Defect.ACK_BEFORE_FORCE;
  }

  void force() {
    forced = log.size();
  }

  /** Copies some of the forced events into rows, with the place up to which it has come. */
  void persist() {
    for (int upTo = forced; persisted < upTo; persisted++) {
      rows.add(log.get(persisted));
    }
  }

  /** Loses what was not forced, or the end of it. */
  void crash() {
    int kept = forced + (random.nextBoolean() ? 0 : random.nextInt(log.size() - forced + 1));
    if (defect == Defect.SEQ_REUSED || defect == Defect.LAST_RECORD_LOST) {
      kept = Math.max(persisted, forced - 1);
    }
    int end = defect == Defect.RECORD_TORN ? kept : lastRecordEnd(kept);
    log.subList(end, log.size()).clear();
    recordEnds.removeIf(recordEnd -> recordEnd > end);
    firstSeqByRequest.values().removeIf(seq -> seq > end);
    forced = end;
    if (defect == Defect.POSITION_OUTSIDE_TRANSACTION) {
      persisted -= Math.min(persisted, random.nextInt(3));
    }
  }

  private int lastRecordEnd(int atMost) {
    return recordEnds.stream().filter(end -> end <= atMost).mapToInt(end -> end).max().orElse(0);
  }

  /** Returns what a reader may be shown after a seq. */
  List<StoredEvent> visibleAfter(long afterSeq) {
    int head = defect == Defect.VISIBLE_BEFORE_DURABLE ? log.size() : forced;
    return List.copyOf(log.subList((int) Math.min(afterSeq, head), head));
  }

  List<StoredEvent> rows() {
    return List.copyOf(rows);
  }
}
