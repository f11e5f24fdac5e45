package dev.eider.it;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.v1.BrokerServiceGrpc;
import dev.eider.v1.Event;
import dev.eider.v1.Producer;
import dev.eider.v1.PublishRequest;
import dev.eider.v1.PublishResponse;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Publishes much to one run by unary calls, one after the other, and repeats what the daemon has no
 * room for now, which must come with a time to come back. Its events are number 1, 2, ... of its
 * producer. Owned by one thread; {@link #published} may be read from any.
 */
public final class VolumePublisher {
  private static final int TRIES_MAX = 2_000;
  private static final int TRIES_UNTIL_FULL = 60;
  private static final long PAUSE_MS_MIN = 50;
  private static final long PAUSE_MS_MAX = 5_000;
  private static final int TEXT_CHARS = 32 << 10;
  private static final int TEXTS_PER_REQUEST = 32;

  private final BrokerServiceGrpc.BrokerServiceBlockingStub broker;
  private final String runId;
  private final Random random;
  private final AtomicInteger refusals;
  private volatile long published;

  /**
   * @param refusals counts them; shared
   */
  public VolumePublisher(Channel channel, String runId, AtomicInteger refusals) {
    this.broker = BrokerServiceGrpc.newBlockingStub(channel);
    this.runId = runId;
    this.random = new Random(runId.hashCode());
    this.refusals = refusals;
  }

  /** Publishes events, all in one request, until they are stored. */
  public void publish(List<Event> events) {
    if (!isStored(request(events), "OVERLOADED", TRIES_MAX)) {
      throw new AssertionError(runId + ": refused " + TRIES_MAX + " times");
    }
  }

  /**
   * Publishes requests of 1 MiB of text that compresses as prose does; returns how long it took.
   */
  public Duration publishText(int mebibytes) {
    String words = text(4 * TEXT_CHARS, 1 << 20, " ");
    long start = System.nanoTime();
    for (int t = 0; t < mebibytes; t++) {
      int turn = t;
      publish(
          IntStream.range(0, TEXTS_PER_REQUEST)
              .map(i -> random.nextInt(words.length() - TEXT_CHARS))
              .mapToObj(from -> Events.prompt(turn, words.substring(from, from + TEXT_CHARS)))
              .toList());
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Publishes text that does not compress until the disk is full and not the daemon behind. */
  public void publishUntilFull() {
    boolean isStored = true;
    for (int t = 0; isStored; t++) {
      int turn = t;
      isStored =
          isStored(
              request(
                  IntStream.range(0, TEXTS_PER_REQUEST / 2)
                      .mapToObj(i -> Events.prompt(turn, text(TEXT_CHARS, Integer.MAX_VALUE, "")))
                      .toList()),
              "STORAGE_FULL",
              TRIES_UNTIL_FULL);
    }
  }

  private String text(int length, int numberMax, String between) {
    StringBuilder text = new StringBuilder(length + 16);
    while (text.length() < length) {
      text.append(Integer.toString(random.nextInt(numberMax), 36)).append(between);
    }
    return text.toString();
  }

  private PublishRequest request(List<Event> events) {
    return PublishRequest.newBuilder()
        .setRunId(runId)
        .setOpenIfMissing(true)
        .setProducer(Producer.newBuilder().setId("p").setSeq(published + 1))
        .addAllEvents(events)
        .build();
  }

  /** Returns false when it was refused so often in a row. */
  private boolean isStored(PublishRequest request, String expected, int triesMax) {
    for (int tries = 0; tries < triesMax; tries++) {
      try {
        PublishResponse response = broker.withDeadlineAfter(120, SECONDS).publish(request);
        if (response.getFirstSeq() != published + 1) {
          throw new AssertionError(runId + ": event " + (published + 1) + " got " + response);
        }
        published = response.getLastSeq();
        return true;
      } catch (StatusRuntimeException e) {
        Refusal refusal = Refusal.of(e);
        boolean isOverloaded = refusal.reason().equals("OVERLOADED");
        if (isOverloaded ? !refusal.hasRetryDelay() : !refusal.reason().equals(expected)) {
          throw new AssertionError(runId + ": " + refusal, e);
        }
        refusals.incrementAndGet();
        long most = triesMax == TRIES_MAX ? PAUSE_MS_MIN << Math.min(tries, 10) : 0;
        LockSupport.parkNanos(MILLISECONDS.toNanos(PAUSE_MS_MIN + pauseMs(most)));
      }
    }
    return false;
  }

  /** At random, so that not all come back at once. */
  private long pauseMs(long most) {
    return (long) (random.nextDouble() * Math.min(PAUSE_MS_MAX, most));
  }

  public String runId() {
    return runId;
  }

  /** Returns how many events are stored. */
  public long published() {
    return published;
  }
}
