package dev.eider.it;

import static java.util.concurrent.TimeUnit.SECONDS;

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
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Publishes small requests one after the other and repeats each by its producer triple until it is
 * answered, through any number of crashes. Event n of the producer is a metric with the producer's
 * id as name and n as value, so that a reader can tell what is missing or double.
 *
 * <p>Runs on a thread of its own; {@link #acks} and {@link #stop} may be called from any.
 */
public final class RetryingPublisher implements Callable<Void> {
  private static final int EVENTS_PER_REQUEST_MAX = 5;
  private static final Set<Status.Code> OUTCOME_OPEN =
      Set.of(Status.Code.UNAVAILABLE, Status.Code.CANCELLED, Status.Code.DEADLINE_EXCEEDED);

  private final Daemon daemon;
  private final Gate gate;
  private final String runId;
  private final String producerId;
  private final Random random;
  private final AtomicInteger requestsAcked;
  private final AtomicLong retries = new AtomicLong();
  private final TreeMap<Long, Long> seqByNumber = new TreeMap<>();
  private volatile boolean stopped;
  private long nextNumber = 1;

  /** Counts its acknowledged requests in a counter that publishers share. */
  public RetryingPublisher(
      Daemon daemon, Gate gate, String runId, String producerId, AtomicInteger requestsAcked) {
    this.daemon = daemon;
    this.gate = gate;
    this.runId = runId;
    this.producerId = producerId;
    this.random = new Random(producerId.hashCode());
    this.requestsAcked = requestsAcked;
  }

  @Override
  public Void call() throws InterruptedException {
    while (!stopped) {
      int count = 1 + random.nextInt(EVENTS_PER_REQUEST_MAX);
      PublishResponse response = publishUntilAnswered(request(count));
      if (response.getLastSeq() - response.getFirstSeq() + 1 != count) {
        throw new AssertionError(count + " events were answered with " + response);
      }
      recordAck(response.getFirstSeq(), count);
      nextNumber += count;
      requestsAcked.incrementAndGet();
    }
    return null;
  }

  private PublishRequest request(int count) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(Events.metric(producerId, 0, producerId, nextNumber + i));
    }
    return PublishRequest.newBuilder()
        .setRunId(runId)
        .setOpenIfMissing(true)
        .addAllEvents(events)
        .setProducer(Producer.newBuilder().setId(producerId).setSeq(nextNumber))
        .build();
  }

  private PublishResponse publishUntilAnswered(PublishRequest request) throws InterruptedException {
    while (true) {
      gate.pass();
      try {
        return daemon.broker().withDeadlineAfter(10, SECONDS).publish(request);
      } catch (StatusRuntimeException e) {
        if (!OUTCOME_OPEN.contains(e.getStatus().getCode())) {
          throw e;
        }
        retries.incrementAndGet();
      }
    }
  }

  private synchronized void recordAck(long firstSeq, int count) {
    for (int i = 0; i < count; i++) {
      seqByNumber.put(nextNumber + i, firstSeq + i);
    }
  }

  /** The seq that was acknowledged for each event, by the event's number. */
  public synchronized Map<Long, Long> acks() {
    return new TreeMap<>(seqByNumber);
  }

  /** How often a request had to be sent again. */
  public long retries() {
    return retries.get();
  }

  public String runId() {
    return runId;
  }

  public String producerId() {
    return producerId;
  }

  /** How many events may be stored without having been acknowledged yet. */
  public static int unansweredMax() {
    return EVENTS_PER_REQUEST_MAX;
  }

  public void stop() {
    stopped = true;
  }
}
