package dev.eider.it.sim;

import dev.eider.it.RunDigests;
import dev.eider.server.Broker;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.EncodedEvent;
import dev.eider.server.event.EventMatcher;
import dev.eider.server.event.LogSelection;
import dev.eider.server.event.RunId;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.hub.RunTail;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.EventRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Knows what clients were told and shown so far, and holds everything new against it.
 *
 * <p>Every event that clients publish names itself in its agent id, so that it is known wherever it
 * turns up.
 */
final class Oracle {
  private final Map<RunId, Told> runs = new TreeMap<>();
  private final Map<RunId, RunId> parents = new TreeMap<>();
  private final Set<RunId> deleting = new TreeSet<>();
  private final Set<RunId> deleted = new TreeSet<>();
  private final Map<String, String> places = new HashMap<>();
  private final List<Seen> logOrder = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();
  private final List<Sent> requests = new ArrayList<>();

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
    requests.add(new Sent(runId, events));
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

  /** Takes note that a fork is asked for. */
  void forking(RunId runId, RunId parentId) {
    parents.put(runId, parentId);
  }

  /** The run that a fork was asked of, or null. */
  @Nullable RunId parent(RunId runId) {
    return parents.get(runId);
  }

  /** Takes note that somebody is about to have a run deleted. */
  void deleting(RunId runId) {
    deleting.add(runId);
  }

  /** Says whether it is no wonder that a run is not there. */
  boolean mayBeDeleted(RunId runId) {
    return deleting.contains(runId);
  }

  /** Takes note that a run was said to be gone. */
  void ackedDelete(RunId runId) {
    deleted.add(runId);
  }

  /** Says whether a run was said to be gone. */
  boolean isDeleted(RunId runId) {
    return deleted.contains(runId);
  }

  /** Requires that the store has nothing of a run that is gone. */
  static void requireGone(RunId runId, StoreContent content) {
    Rule.DELETED_STAYS_GONE.require(
        content.run(runId) == null && content.rows(runId).isEmpty() && content.isDeleted(runId),
        "run %s was deleted; the store has %s and %d rows",
        runId,
        content.run(runId),
        content.rows(runId).size());
  }

  /** The event of a run as it was told, or null. */
  @Nullable SequencedEvent at(RunId runId, long seq) {
    return run(runId).at(seq);
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

  /**
   * Takes note of the event that comes next in the order of all events, for a reader that has seen
   * those at smaller places. Only events of runs that are being deleted may be passed over, and
   * such an event has no place.
   *
   * @return the place after it
   */
  int seenInOrder(int place, RunId runId, String name) {
    if (mayBeDeleted(runId)) {
      return place;
    }
    int at = place;
    while (at < logOrder.size() && !logOrder.get(at).name().equals(name)) {
      Seen passed = logOrder.get(at);
      Rule.LOG_ORDER.require(
          mayBeDeleted(passed.runId()), "%s comes next of all runs, and was %s", name, passed);
      at++;
    }
    if (at == logOrder.size()) {
      logOrder.add(new Seen(runId, name));
    }
    return at + 1;
  }

  /** An event as readers of all runs saw it. */
  private record Seen(RunId runId, String name) {}

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
          if (tail == null && store.hasLostCommits()) {
            // The persister has run into it by now, and the daemon stops; the next start is asked.
            return;
          }
          FoldedRun found = tail == null ? store.content().run(runId) : tail.run();
          boolean isGone = tail == null ? store.content().isDeleted(runId) : tail.run().isDeleted();
          Rule.DELETED_STAYS_GONE.require(
              isGone || !isDeleted(runId), "run %s is back after a start: %s", runId, found);
          if (isGone) {
            Rule.DELETED_STAYS_GONE.require(
                mayBeDeleted(runId), "run %s is gone, and nobody had it deleted", runId);
            return;
          }
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
    runs.forEach(
        (runId, told) -> {
          if (store.content().isDeleted(runId)) {
            Rule.DELETED_STAYS_GONE.require(
                mayBeDeleted(runId), "run %s is gone, and nobody had it deleted", runId);
            requireGone(runId, store.content());
          } else {
            Rule.DELETED_STAYS_GONE.require(!isDeleted(runId), "run %s is back", runId);
            requireStored(runId, told, store.content());
          }
        });
  }

  private record Refused(List<EncodedEvent> events, BrokerException refusal) {}

  private record Sent(RunId runId, List<EncodedEvent> events) {}

  private void requireWhole(Sent sent) {
    if (mayBeDeleted(sent.runId)) {
      // Nobody may have seen all of it.
      return;
    }
    List<EncodedEvent> request = sent.events;
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
