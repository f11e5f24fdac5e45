package dev.eider.it.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What clients sent, were told and saw, for {@link HistoryChecker}.
 *
 * <p>Time is a counter: what is written down gets the next moment. So the order of moments is real
 * as long as a request or reader is written down before its call is made, and an answer or event
 * after it has come. Thread-safe.
 */
public final class History {
  /** The daemon's word for the digest of a run's first events. */
  record DigestClaim(String runId, long seq, String digest, String by) {}

  /** The daemon's word that a run is closed. */
  record ClosedClaim(String runId, long finalSeq, String by) {}

  /** A place in a run. */
  public record Place(String runId, long seq) {}

  /** The daemon's word for the events of a fork's whole story. */
  record Timeline(String runId, List<Place> places) {}

  private final AtomicLong moments = new AtomicLong();
  private final LongSupplier clock = moments::incrementAndGet;
  private final List<Request> requests = new ArrayList<>();
  private final List<Reader> readers = new ArrayList<>();
  private final List<Fork> forks = new ArrayList<>();
  private final List<DigestClaim> digests = new ArrayList<>();
  private final List<ClosedClaim> closings = new ArrayList<>();
  private final List<Timeline> timelines = new ArrayList<>();
  private final Map<String, List<StoredEvent>> finalLogs = new HashMap<>();

  /** A client is about to send events; ids are unique over the whole history. */
  public synchronized Request send(String runId, List<String> eventIds) {
    Request request = new Request(runId, eventIds, clock);
    requests.add(request);
    return request;
  }

  /** Somebody is about to read a run. */
  public synchronized Reader read(String name, String runId, long afterSeq) {
    Reader reader = new Reader(name, runId, afterSeq, clock);
    readers.add(reader);
    return reader;
  }

  /** A fork was answered. */
  public synchronized void forked(Fork fork) {
    forks.add(fork);
  }

  /** Somebody was told the digest of the events 1 to seq. */
  public synchronized void digest(String by, String runId, long seq, byte[] digest) {
    digests.add(new DigestClaim(runId, seq, HexFormat.of().formatHex(digest), by));
  }

  /** Somebody was told that a run is closed and ends at a seq. */
  public synchronized void closed(String by, String runId, long finalSeq) {
    closings.add(new ClosedClaim(runId, finalSeq, by));
  }

  /** Somebody was told which events, of its ancestors and its own, make up the story of a run. */
  public synchronized void timeline(String runId, List<Place> places) {
    timelines.add(new Timeline(runId, List.copyOf(places)));
  }

  /** What the run holds at the very end, as one read gave it; a run without one holds nothing. */
  public synchronized void finalLog(String runId, List<StoredEvent> events) {
    finalLogs.put(runId, List.copyOf(events));
  }

  synchronized List<Request> requests() {
    return List.copyOf(requests);
  }

  synchronized List<Reader> readers() {
    return List.copyOf(readers);
  }

  synchronized List<Fork> forks() {
    return List.copyOf(forks);
  }

  synchronized List<DigestClaim> digests() {
    return List.copyOf(digests);
  }

  synchronized List<ClosedClaim> closings() {
    return List.copyOf(closings);
  }

  synchronized List<Timeline> timelines() {
    return List.copyOf(timelines);
  }

  synchronized Map<String, List<StoredEvent>> finalLogs() {
    return Map.copyOf(finalLogs);
  }
}
