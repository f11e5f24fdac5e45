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

  /** What the client was told, and when. */
  record Told(Outcome outcome, long at, long firstSeq, String reason) {}

  final String runId;
  final List<String> eventIds;
  final long sentAt;
  private final LongSupplier clock;
  volatile OptionalLong expectedSeq = OptionalLong.empty();

  /** Null if it does not depend on one. */
  volatile Request previous;

  volatile Told told = new Told(Outcome.UNKNOWN, Long.MAX_VALUE, 0, "");

  Request(String runId, List<String> eventIds, LongSupplier clock) {
    this.runId = runId;
    this.eventIds = List.copyOf(eventIds);
    this.clock = clock;
    this.sentAt = clock.getAsLong();
  }

  /** Records that the request is good only if the run's head is this. */
  public Request expecting(long headSeq) {
    expectedSeq = OptionalLong.of(headSeq);
    return this;
  }

  /** Records that its client sent it behind another request to the run without waiting for that. */
  public Request after(Request request) {
    previous = request;
    return this;
  }

  /** Records the answer: the seq of the first event; without events it means nothing. */
  public void acked(long seqOfFirst) {
    told = new Told(Outcome.ACKED, clock.getAsLong(), seqOfFirst, "");
  }

  /** Records that nothing of it is stored, and never will be. */
  public void refused(String why) {
    told = new Told(Outcome.REFUSED, clock.getAsLong(), 0, why);
  }

  public Outcome outcome() {
    return told.outcome();
  }

  long lastSeq() {
    return told.firstSeq() + eventIds.size() - 1;
  }

  boolean isAckOfEvents() {
    return outcome() == Outcome.ACKED && !eventIds.isEmpty();
  }

  @Override
  public String toString() {
    String outcome =
        switch (told.outcome()) {
          case UNKNOWN -> "outcome unknown";
          case ACKED -> "acked at seq " + told.firstSeq() + ", moment " + told.at();
          case REFUSED -> "refused with " + told.reason() + ", moment " + told.at();
        };
    return "request " + eventIds + " (sent at moment " + sentAt + ", " + outcome + ")";
  }
}
