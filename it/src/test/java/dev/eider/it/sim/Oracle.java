package dev.eider.it.sim;

import dev.eider.it.RunDigests;
import dev.eider.server.Broker;
import dev.eider.server.hub.RunTail;
import dev.eider.server.run.BrokerException;
import dev.eider.server.run.EncodedEvent;
import dev.eider.server.run.EventMatcher;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.run.LogSelection;
import dev.eider.server.run.RunId;
import dev.eider.server.run.SequencedEvent;
import dev.eider.server.store.EventRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Knows what clients were told and shown so far, and holds everything new against it.
 *
 * <p>Every event that clients publish names itself in its agent id, so that it is known wherever it
 * turns up.
 */
final class Oracle {
  private final Map<RunId, Told> runs = new TreeMap<>();
  private final Map<String, String> places = new HashMap<>();
  private final List<String> logOrder = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();
  private final List<List<EncodedEvent>> requests = new ArrayList<>();

  /** What is known of a run. */
  private static final class Told {
    private final List<@Nullable SequencedEvent> events = new ArrayList<>();
    private long ackedSeq;
    private long seenSeq;
    private boolean isAckedClosed;

    @Nullable SequencedEvent at(long seq) {
      return seq <= events.size() ? events.get((int) seq - 1) : null;
    }

    void put(SequencedEvent event) {
      while (events.size() < event.seq()) {
        events.add(null);
      }
      events.set((int) event.seq() - 1, event);
    }
  }

  private Told run(RunId runId) {
    return runs.computeIfAbsent(runId, id -> new Told());
  }

  List<RunId> runIds() {
    return List.copyOf(runs.keySet());
  }

  /** Takes note of a request before it is sent; returns what its events have to come after. */
  long sending(RunId runId, List<EncodedEvent> events) {
    requests.add(events);
    return run(runId).ackedSeq;
  }

  /** The largest seq of a run that was acknowledged. */
  long ackedSeq(RunId runId) {
    return run(runId).ackedSeq;
  }

  /**
   * Takes note of an acknowledgement.
   *
   * @param afterSeq what {@link #sending} returned
   */
  void acked(RunId runId, List<EncodedEvent> events, long firstSeq, long afterSeq) {
    Rule.REAL_TIME_ORDER.require(
        firstSeq > afterSeq, "run %s: seq %d is given after %d", runId, firstSeq, afterSeq);
    long seq = firstSeq;
    for (EncodedEvent event : events) {
      note(
          runId,
          SequencedEvent.of(runId, seq++, event.kind(), event.agentId(), event.t(), event.bytes()));
    }
    Told told = run(runId);
    told.ackedSeq = Math.max(told.ackedSeq, seq - 1);
  }

  void ackedClose(RunId runId, long headSeq) {
    Told told = run(runId);
    told.isAckedClosed = true;
    told.ackedSeq = Math.max(told.ackedSeq, headSeq);
  }

  void ackedOpen(RunId runId) {
    Told unused = run(runId);
  }

  /** Takes note that a request never reached the log, for certain. */
  void refused(List<EncodedEvent> events, BrokerException refusal) {
    refused.add(new Refused(events, refusal));
  }

  /** Takes note of an event that a reader got. */
  void seen(RunId runId, SequencedEvent event) {
    note(runId, event);
    Told told = run(runId);
    told.seenSeq = Math.max(told.seenSeq, event.seq());
  }

  /** Takes note of the event that is at an index in the order of all events, from 0. */
  void seenInOrder(int index, String name) {
    if (index < logOrder.size()) {
      Rule.LOG_ORDER.require(
          logOrder.get(index).equals(name),
          "event %d of all runs is %s, and was %s before",
          index,
          name,
          logOrder.get(index));
    } else {
      Rule.LOG_ORDER.require(
          index == logOrder.size(), "event %d of all runs came after %d", index, logOrder.size());
      logOrder.add(name);
    }
  }

  /** What a mirror has to have once everything is stored, in order. */
  List<String> logOrder(SimStore store, LogSelection selection) {
    return store.inLogOrder(selection).stream().map(row -> row.runId() + " " + row.seq()).toList();
  }

  private void note(RunId runId, SequencedEvent event) {
    Told told = run(runId);
    SequencedEvent known = told.at(event.seq());
    if (known == null) {
      told.put(event);
      if (!event.agentId().isEmpty()) {
        String place = runId + " " + event.seq();
        String before = places.putIfAbsent(event.agentId(), place);
        Rule.STORED_ONCE.require(
            before == null, "event %s is at %s and at %s", event.agentId(), before, place);
      }
    } else {
      Rule.ONE_HISTORY.require(
          Arrays.equals(known.envelope(), event.envelope()),
          "run %s, seq %d: %s was told before, now %s",
          runId,
          event.seq(),
          known.agentId(),
          event.agentId());
    }
  }

  /** The digest of a run's events up to a seq, or null when not all are known. */
  byte @Nullable [] digest(RunId runId, long headSeq) {
    byte[] digest = RunDigests.initial(runId.value());
    for (long seq = 1; seq <= headSeq; seq++) {
      SequencedEvent event = run(runId).at(seq);
      if (event == null) {
        return null;
      }
      digest = RunDigests.next(digest, event.parse().getEvent().toByteArray());
    }
    return digest;
  }

  /** Looks at what a start has found. */
  void started(Broker broker, SimStore store) {
    runs.forEach(
        (runId, told) -> {
          RunTail tail = broker.hub().find(runId);
          FoldedRun found = tail == null ? store.content().run(runId) : tail.run();
          long head = found == null ? 0 : found.headSeq();
          Rule.ACKED_SURVIVES.require(
              head >= told.ackedSeq && (found != null || told.ackedSeq == 0),
              "run %s: head %d after a start, %d was acknowledged",
              runId,
              head,
              told.ackedSeq);
          Rule.ACKED_SURVIVES.require(
              !told.isAckedClosed || (found != null && !found.isOpen()),
              "run %s is open after a start, its end was acknowledged",
              runId);
          Rule.SEEN_SURVIVES.require(
              head >= told.seenSeq,
              "run %s: head %d after a start, %d was seen",
              runId,
              head,
              told.seenSeq);
        });
  }

  /** What a reader with a filter has to get between two seqs, inclusive. */
  List<Long> matching(RunId runId, long afterSeq, long untilSeq, EventMatcher matcher) {
    List<Long> seqs = new ArrayList<>();
    for (long seq = afterSeq + 1; seq <= untilSeq; seq++) {
      SequencedEvent event = run(runId).at(seq);
      if (event != null && matcher.matches(event)) {
        seqs.add(seq);
      }
    }
    return seqs;
  }

  /** Looks at everything once more when all runs have been read to their ends. */
  void finish(SimStore store) {
    for (Refused request : refused) {
      for (EncodedEvent event : request.events) {
        Rule.REFUSED_IS_ABSENT.require(
            !places.containsKey(event.agentId()),
            "event %s is at %s, and was refused: %s",
            event.agentId(),
            places.get(event.agentId()),
            request.refusal);
      }
    }
    requests.forEach(this::requireWhole);
    runs.forEach((runId, told) -> requireStored(runId, told, store.content()));
  }

  private record Refused(List<EncodedEvent> events, BrokerException refusal) {}

  private void requireWhole(List<EncodedEvent> request) {
    String first = places.get(request.get(0).agentId());
    for (int i = 0; i < request.size(); i++) {
      String place = places.get(request.get(i).agentId());
      String expected = first == null ? null : following(first, i);
      Rule.ALL_OR_NOTHING.require(
          expected == null ? place == null : expected.equals(place),
          "event %s is at %s; the first of its request is at %s",
          request.get(i).agentId(),
          place,
          first);
    }
  }

  private static String following(String place, int count) {
    int blank = place.indexOf(' ');
    return place.substring(0, blank + 1) + (Long.parseLong(place.substring(blank + 1)) + count);
  }

  private static void requireStored(RunId runId, Told told, StoreContent content) {
    List<EventRow> rows = content.rows(runId);
    Rule.ONE_HISTORY.require(
        rows.size() == told.events.size(),
        "run %s: %d rows are stored, readers know %d events",
        runId,
        rows.size(),
        told.events.size());
    for (EventRow row : rows) {
      SequencedEvent known = told.at(row.seq());
      Rule.ONE_HISTORY.require(
          known != null
              && Arrays.equals(known.parse().getEvent().toByteArray(), row.encoded().bytes()),
          "run %s, seq %d: the store has %s",
          runId,
          row.seq(),
          row.encoded().agentId());
    }
  }
}
