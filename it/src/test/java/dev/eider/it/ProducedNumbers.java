package dev.eider.it;

import dev.eider.v1.Event;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a reader found of each {@link RetryingPublisher} in one run: its numbers must be 1, 2, 3 and
 * so on, each once, in order, and at the seq that was acknowledged. Owned by the thread that reads.
 */
public final class ProducedNumbers {
  private final Map<String, TreeMap<Long, Long>> seqByNumber = new TreeMap<>();

  public void accept(RawEnvelope envelope) {
    Event event = envelope.parsedEvent();
    String producer = event.getMetric().getName();
    long number = (long) event.getMetric().getValue();
    TreeMap<Long, Long> mine = seqByNumber.computeIfAbsent(producer, p -> new TreeMap<>());
    if (number != mine.size() + 1) {
      throw new AssertionError(
          producer
              + " has number "
              + number
              + " at seq "
              + envelope.seq()
              + " after "
              + mine.size());
    }
    mine.put(number, envelope.seq());
  }

  /** Everything acknowledged is here where it was said to be; at most one request more is. */
  public void shouldHold(RetryingPublisher publisher, Map<Long, Long> acks) {
    shouldHold(publisher.runId(), publisher.producerId(), acks, RetryingPublisher.unansweredMax());
  }

  /** The same for a producer with that many events under way at most. */
  public void shouldHold(String runId, String producerId, Map<Long, Long> acks, int unansweredMax) {
    TreeMap<Long, Long> found = seqByNumber.getOrDefault(producerId, new TreeMap<>());
    acks.forEach(
        (number, seq) -> {
          if (!seq.equals(found.get(number))) {
            throw new AssertionError(
                String.format(
                    "number %d of %s was acknowledged at seq %d of %s and is at %s",
                    number, producerId, seq, runId, found.get(number)));
          }
        });
    if (found.size() > acks.size() + unansweredMax) {
      throw new AssertionError(
          producerId + ": " + found.size() + " stored, " + acks.size() + " acked");
    }
  }
}
