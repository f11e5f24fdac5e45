package dev.eider.it.fuzz;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.eider.it.RunDigests;
import dev.eider.v1.Event;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was published, to be held against what the runs hold in the end: every accepted request is
 * where its answer said, in full and in its own events; whatever else a run holds is the whole of a
 * request that got no answer, or a fork's own events. So nothing of a refused request is there.
 *
 * <p>Keeps 8 bytes of hash an event, over all of it but what the daemon may fill in. Thread-safe.
 */
final class Ledger {
  private final Map<String, TreeMap<Long, List<Long>>> accepted = new HashMap<>();
  private final Map<String, Map<Long, List<List<Long>>>> unanswered = new HashMap<>();
  private long acceptedEvents;

  /** Takes an answered request; the answer must fit it. */
  synchronized void accept(byte[] request, PublishResponse answer) {
    PublishRequest sent = parse(request);
    if (sent == null) {
      throw new AssertionError("bytes were accepted that no client could have meant");
    }
    int count = sent.getEventsCount();
    if (count == 0 || answer.getDuplicate()) {
      return;
    }
    if (answer.getLastSeq() - answer.getFirstSeq() + 1 != count) {
      throw new AssertionError(count + " events were answered with " + answer);
    }
    accepted
        .computeIfAbsent(sent.getRunId(), id -> new TreeMap<>())
        .put(answer.getFirstSeq(), hashes(sent));
    acceptedEvents += count;
  }

  /** Takes a request whose answer did not come: all of it is stored, or nothing. */
  synchronized void leaveOpen(byte[] request) {
    PublishRequest sent = parse(request);
    if (sent != null && sent.getEventsCount() > 0) {
      List<Long> hashes = hashes(sent);
      unanswered
          .computeIfAbsent(sent.getRunId(), id -> new HashMap<>())
          .computeIfAbsent(hashes.get(0), first -> new ArrayList<>())
          .add(hashes);
    }
  }

  synchronized long acceptedEvents() {
    return acceptedEvents;
  }

  /** Compares a run, from its first event to its last. */
  synchronized void check(String runId, List<Event> events) {
    TreeMap<Long, List<Long>> answered = accepted.getOrDefault(runId, new TreeMap<>());
    Map<Long, List<List<Long>>> open = unanswered.getOrDefault(runId, Map.of());
    List<Long> stored = events.stream().map(Ledger::hash).toList();
    int at = 0;
    while (at < stored.size()) {
      List<Long> whole = answered.remove((long) at + 1);
      if (whole == null && isForks(events.get(at), at)) {
        at++;
        continue;
      }
      if (whole == null) {
        whole = wholeAt(stored, at, open.getOrDefault(stored.get(at), List.of()));
      }
      if (whole == null || !startsWith(stored, at, whole)) {
        throw new AssertionError(
            "run %s, seq %d: %s, but it is %s"
                .formatted(
                    runId,
                    at + 1,
                    whole == null ? "no whole request begins here" : "a request was stored here",
                    events.get(at)));
      }
      at += whole.size();
    }
    if (!answered.isEmpty()) {
      throw new AssertionError("run " + runId + " lacks what was stored at " + answered.keySet());
    }
  }

  private static List<Long> wholeAt(List<Long> stored, int at, List<List<Long>> candidates) {
    return candidates.stream()
        .filter(candidate -> startsWith(stored, at, candidate))
        .findFirst()
        .orElse(null);
  }

  private static boolean startsWith(List<Long> stored, int at, List<Long> whole) {
    return at + whole.size() <= stored.size()
        && stored.subList(at, at + whole.size()).equals(whole);
  }

  /** The events that the daemon itself begins a fork with. */
  private static boolean isForks(Event event, int at) {
    return (at == 0 && event.hasFork()) || (at == 1 && event.hasWorldMutation());
  }

  private static PublishRequest parse(byte[] request) {
    try {
      return PublishRequest.parseFrom(request);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static List<Long> hashes(PublishRequest request) {
    return request.getEventsList().stream().map(Ledger::hash).toList();
  }

  private static long hash(Event event) {
    Event.Builder known = event.toBuilder().setTs(Timestamp.getDefaultInstance());
    if (event.getSchemaVersion() == 0) {
      known.setSchemaVersion(1);
    }
    if (event.hasObservation()) {
      List<String> classes =
          event.getObservation().getClassesList().stream().sorted().distinct().toList();
      known.getObservationBuilder().clearClasses().addAllClasses(classes);
    }
    return ByteBuffer.wrap(RunDigests.sha256().digest(known.build().toByteArray())).getLong();
  }
}
