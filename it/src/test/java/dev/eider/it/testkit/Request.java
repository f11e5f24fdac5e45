package dev.eider.it.testkit;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Events that a client sent to one run as one request, however often it had to repeat it, and what
 * became of it. Until it is told something the outcome is unknown. Written by its client's thread,
 * read by the checker after that; thread-safe.
 */
public final class Request {
  /** What the client knows. */
  public enum Outcome {
    UNKNOWN,
    ACKED,
    REFUSED
  }

  private final String runId;
  private final List<String> eventIds;
  private final LongSupplier clock;
  private final long sentAt;
  private OptionalLong expectedSeq = OptionalLong.empty();
  private Request previous;
  private Outcome outcome = Outcome.UNKNOWN;
  private long answeredAt = Long.MAX_VALUE;
  private long firstSeq;
  private String reason = "";

  Request(String runId, List<String> eventIds, LongSupplier clock) {
    this.runId = runId;
    this.eventIds = List.copyOf(eventIds);
    this.clock = clock;
    this.sentAt = clock.getAsLong();
  }

  /** Records that the request is good only if the run's head is this. */
  public synchronized Request expecting(long headSeq) {
    expectedSeq = OptionalLong.of(headSeq);
    return this;
  }

  /** Records that its client sent it behind another request to the run without waiting for that. */
  public synchronized Request after(Request request) {
    previous = request;
    return this;
  }

  /** Records the answer: the seq of the first event; without events it means nothing. */
  public synchronized void acked(long seqOfFirst) {
    outcome = Outcome.ACKED;
    firstSeq = seqOfFirst;
    answeredAt = clock.getAsLong();
  }

  /** Records that nothing of it is stored, and never will be. */
  public synchronized void refused(String why) {
    outcome = Outcome.REFUSED;
    reason = why;
    answeredAt = clock.getAsLong();
  }

  String runId() {
    return runId;
  }

  List<String> eventIds() {
    return eventIds;
  }

  long sentAt() {
    return sentAt;
  }

  synchronized OptionalLong expectedSeq() {
    return expectedSeq;
  }

  /** Null if it does not depend on one. */
  synchronized Request previous() {
    return previous;
  }

  public synchronized Outcome outcome() {
    return outcome;
  }

  synchronized long answeredAt() {
    return answeredAt;
  }

  synchronized long firstSeq() {
    return firstSeq;
  }

  long lastSeq() {
    return firstSeq() + eventIds.size() - 1;
  }

  boolean isAckOfEvents() {
    return outcome() == Outcome.ACKED && !eventIds.isEmpty();
  }

  @Override
  public synchronized String toString() {
    String told =
        switch (outcome) {
          case UNKNOWN -> "outcome unknown";
          case ACKED -> "acked at seq " + firstSeq + ", moment " + answeredAt;
          case REFUSED -> "refused with " + reason + ", moment " + answeredAt;
        };
    return "request " + eventIds + " (sent at moment " + sentAt + ", " + told + ")";
  }
}
