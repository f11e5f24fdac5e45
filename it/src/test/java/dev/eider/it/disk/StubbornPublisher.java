package dev.eider.it.disk;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.protobuf.Struct;
import dev.eider.it.Daemon;
import dev.eider.it.Events;
import dev.eider.it.Gate;
import dev.eider.it.ProducedNumbers;
import dev.eider.it.Refusal;
import dev.eider.v1.Event;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes at a modest rate and repeats each request by its producer triple until it is stored,
 * whatever the disk does. A request that was refused with STORAGE_FULL and nothing else must not
 * turn out to have been stored. Its events are the numbers that {@link ProducedNumbers} knows, with
 * some text that does not compress.
 *
 * <p>Runs on a thread of its own; the other methods may be called from any.
 */
final class StubbornPublisher implements Callable<Void> {
  private static final int EVENTS_PER_REQUEST_MAX = 5;
  private static final long PAUSE_NANOS = MILLISECONDS.toNanos(4);
  private static final String FULL = "STORAGE_FULL";
  private static final List<String> FOR_NOW = List.of(FULL, "OVERLOADED", "STORAGE_UNAVAILABLE");

  private final Daemon daemon;
  private final Gate gate;
  private final String runId;
  private final String producerId;
  private final int textChars;
  private final Random random;
  private final TreeMap<Long, Long> seqByNumber = new TreeMap<>();
  private final Map<String, Long> refusals = new ConcurrentHashMap<>();
  private volatile boolean stopped;
  private long nextNumber = 1;

  StubbornPublisher(Daemon daemon, Gate gate, String runId, String producerId, int textChars) {
    this.daemon = daemon;
    this.gate = gate;
    this.runId = runId;
    this.producerId = producerId;
    this.textChars = textChars;
    this.random = new Random(producerId.hashCode());
  }

  @Override
  public Void call() throws InterruptedException {
    while (!stopped) {
      int count = 1 + random.nextInt(EVENTS_PER_REQUEST_MAX);
      PublishResponse response = publishUntilStored(request(count));
      if (response == null) {
        return null;
      }
      if (response.getLastSeq() - response.getFirstSeq() + 1 != count) {
        throw new AssertionError(count + " events were answered with " + response);
      }
      recordAck(response.getFirstSeq(), count);
      nextNumber += count;
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return null;
  }

  private PublishRequest request(int count) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(event(nextNumber + i));
    }
    return PublishRequest.newBuilder()
        .setRunId(runId)
        .setOpenIfMissing(true)
        .addAllEvents(events)
        .setProducer(Producer.newBuilder().setId(producerId).setSeq(nextNumber))
        .build();
  }

  private Event event(long number) {
    StringBuilder text = new StringBuilder(textChars);
    while (text.length() < textChars) {
      text.append(Long.toString(random.nextLong() >>> 1, 36));
    }
    return Events.metric(producerId, 0, producerId, number).toBuilder()
        .setAttributes(Struct.newBuilder().putFields("text", Events.text(text.toString())).build())
        .build();
  }

  /** Returns null if it was stopped before. */
  private PublishResponse publishUntilStored(PublishRequest request) throws InterruptedException {
    boolean onlyFull = true;
    while (true) {
      gate.pass();
      try {
        PublishResponse response = daemon.broker().withDeadlineAfter(10, SECONDS).publish(request);
        if (onlyFull && response.getDuplicate()) {
          throw new AssertionError("refused with " + FULL + " and stored: " + response);
        }
        return response;
      } catch (StatusRuntimeException e) {
        String reason = reasonToRetry(e);
        refusals.merge(reason, 1L, Long::sum);
        onlyFull &= reason.equals(FULL);
        if (stopped) {
          return null;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static String reasonToRetry(StatusRuntimeException e) {
    Refusal refusal = Refusal.of(e);
    Status.Code code = e.getStatus().getCode();
    if (FOR_NOW.contains(refusal.reason())
        || code == Status.Code.UNAVAILABLE
        || code == Status.Code.DEADLINE_EXCEEDED
        || code == Status.Code.CANCELLED) {
      return refusal.reason().isEmpty() ? code.name() : refusal.reason();
    }
    throw e;
  }

  private synchronized void recordAck(long firstSeq, int count) {
    for (int i = 0; i < count; i++) {
      seqByNumber.put(nextNumber + i, firstSeq + i);
    }
  }

  /** The seq that was acknowledged for each event, by the event's number. */
  synchronized Map<Long, Long> acks() {
    return new TreeMap<>(seqByNumber);
  }

  synchronized int ackCount() {
    return seqByNumber.size();
  }

  /** Holds what a reader found to what was acknowledged. */
  void shouldBeIn(ProducedNumbers numbers) {
    numbers.shouldHold(runId, producerId, acks(), EVENTS_PER_REQUEST_MAX);
  }

  /** How often it was refused for this reason. */
  long refusals(String reason) {
    return refusals.getOrDefault(reason, 0L);
  }

  Map<String, Long> refusals() {
    return Map.copyOf(refusals);
  }

  String runId() {
    return runId;
  }

  void stop() {
    stopped = true;
  }
}
