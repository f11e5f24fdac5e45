package dev.eider.it.overload;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.Refusal;
import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.Event;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes to one run by unary calls, one after the other, and repeats what is refused as
 * OVERLOADED, which it holds to having a RetryInfo. The first events are number 1, 2, ... of its
 * producer. Owned by one thread; {@link #published} may be read from any.
 */
final class StormPublisher {
  private static final int TRIES_MAX = 2_000;
  private static final long PAUSE_MS_MIN = 100;
  private static final long PAUSE_MS_MAX = 5_000;

  private final BrokerServiceGrpc.BrokerServiceBlockingStub broker;
  private final String runId;
  private final Random random;
  private final AtomicInteger overloads;
  private volatile long published;
  private long worstNanos;

  /**
   * @param overloads counts the refusals; shared
   */
  StormPublisher(Channel channel, String runId, AtomicInteger overloads) {
    this.broker = BrokerServiceGrpc.newBlockingStub(channel);
    this.runId = runId;
    this.random = new Random(runId.hashCode());
    this.overloads = overloads;
  }

  /** Publishes events, all in one request, until they are stored. */
  void publish(List<Event> events) {
    PublishRequest request =
        PublishRequest.newBuilder()
            .setRunId(runId)
            .setOpenIfMissing(true)
            .setProducer(Producer.newBuilder().setId("p").setSeq(published + 1))
            .addAllEvents(events)
            .build();
    long start = System.nanoTime();
    PublishResponse response = untilStored(request);
    worstNanos = Math.max(worstNanos, System.nanoTime() - start);
    if (response.getFirstSeq() != published + 1) {
      throw new AssertionError(runId + ": event " + (published + 1) + " got " + response);
    }
    published = response.getLastSeq();
  }

  private PublishResponse untilStored(PublishRequest request) {
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      try {
        return broker.withDeadlineAfter(120, SECONDS).publish(request);
      } catch (StatusRuntimeException e) {
        shouldBeOverloaded(e);
        overloads.incrementAndGet();
        long most = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN << Math.min(tries, 10));
        pause(PAUSE_MS_MIN + (long) (random.nextDouble() * most));
      }
    }
    throw new AssertionError(runId + ": refused " + TRIES_MAX + " times");
  }

  private void shouldBeOverloaded(StatusRuntimeException e) {
    Refusal refusal = Refusal.of(e).shouldBe(Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED");
    if (!refusal.hasRetryDelay()) {
      throw new AssertionError("OVERLOADED without RetryInfo: " + refusal);
    }
  }

  /** At least as long as RetryInfo asks, and at random, so that not all come back at once. */
  private static void pause(long ms) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
  }

  String runId() {
    return runId;
  }

  /** How many events are stored. */
  long published() {
    return published;
  }

  /** The longest that a request took to be stored, with its repeats. */
  long worstMs() {
    return TimeUnit.NANOSECONDS.toMillis(worstNanos);
  }
}
