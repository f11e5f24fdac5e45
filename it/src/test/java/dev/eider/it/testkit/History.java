package dev.eider.it.testkit;

import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What clients sent, were told and saw, for {@link RuleBook}.
 *
 * <p>Time is a counter: what is written down gets the next moment. So the order of moments is real
 * as long as a request or reader is written down before its call is made, and an answer or event
 * after it has come. Thread-safe.
 */
public final class History {
  /** The broker's word for the digest of a run's first events. */
  record DigestClaim(String runId, long seq, String digest, String by) {}

  /** The broker's word that a run is closed. */
  record ClosedClaim(String runId, long finalSeq, String by) {}

  /** A place in a run. */
  public record Place(String runId, long seq) {}

  final Collection<Request> requests = new ConcurrentLinkedQueue<>();
  final Collection<List<Request>> imports = new ConcurrentLinkedQueue<>();
  final Collection<Reader> readers = new ConcurrentLinkedQueue<>();
  final Collection<Fork> forks = new ConcurrentLinkedQueue<>();
  final Collection<DigestClaim> digests = new ConcurrentLinkedQueue<>();
  final Collection<ClosedClaim> closings = new ConcurrentLinkedQueue<>();
  final Collection<Timeline> timelines = new ConcurrentLinkedQueue<>();
  final Collection<Mirrored> mirrors = new ConcurrentLinkedQueue<>();

  /** The moment at which each deletion was acknowledged, or the end of time. */
  final Map<String, Long> deletions = new ConcurrentHashMap<>();

  final Map<String, List<StoredEvent>> finalLogs = new ConcurrentHashMap<>();
  volatile List<Place> logOrder = List.of();
  private final AtomicLong moments = new AtomicLong();
  private final LongSupplier clock = moments::incrementAndGet;

  /** Records that a client is about to send events; ids are unique over the whole history. */
  public Request send(String runId, List<String> eventIds) {
    Request request = new Request(runId, eventIds, clock);
    requests.add(request);
    return request;
  }

  /** Records that a file is about to be imported: each of the requests is a whole run of it. */
  public void importing(List<Request> runsOfFile) {
    imports.add(List.copyOf(runsOfFile));
  }

  /** Records that somebody is about to read a run. */
  public Reader read(String name, String runId, long afterSeq) {
    Reader reader = new Reader(name, runId, afterSeq, clock);
    readers.add(reader);
    return reader;
  }

  /** Records the answer to a fork. */
  public void forked(Fork fork) {
    forks.add(fork);
  }

  /** Records that somebody is about to have a run deleted. */
  public void deleting(String runId) {
    deletions.putIfAbsent(runId, Long.MAX_VALUE);
  }

  /** Records that somebody was told that a run is gone. */
  public void deleted(String runId) {
    deletions.merge(runId, clock.getAsLong(), Math::min);
  }

  /** Returns whether somebody wanted the run deleted, so that it is no wonder if it is gone. */
  public boolean mayBeDeleted(String runId) {
    return deletions.containsKey(runId);
  }

  /** Records that somebody was told the digest of the events 1 to seq. */
  public void digest(String by, String runId, long seq, byte[] digest) {
    digests.add(new DigestClaim(runId, seq, HexFormat.of().formatHex(digest), by));
  }

  /** Records that somebody was told that a run is closed and ends at a seq. */
  public void closed(String by, String runId, long finalSeq) {
    closings.add(new ClosedClaim(runId, finalSeq, by));
  }

  public void timeline(Timeline timeline) {
    timelines.add(timeline);
  }

  public void mirrored(Mirrored mirrored) {
    mirrors.add(mirrored);
  }

  /** Records what a run holds at the very end, as one read gave it; no record means no run. */
  public void finalLog(String runId, List<StoredEvent> events) {
    finalLogs.put(runId, List.copyOf(events));
  }

  /** Records the order of all events at the very end. */
  public void logOrder(List<Place> places) {
    logOrder = List.copyOf(places);
  }
}
