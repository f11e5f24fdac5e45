package dev.eider.client;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * The batching, blocking and retrying of a publisher. Immutable.
 *
 * @param batchEventsMax the most events in one request, 1 to 10,000; default 500
 * @param batchBytesMax the most bytes of events in one request, unless a single event is larger; up
 *     to 15 MiB, default 1 MiB
 * @param lingerMs how long an event waits for others to share its request, in milliseconds; default
 *     2. With 0, events are sent as soon as the worker thread is free.
 * @param pendingEventsMax the most unanswered events before {@code publish} blocks; default 10,000
 * @param pendingBytesMax the most bytes of unanswered events, unless a single event is larger;
 *     default 32 MiB
 * @param openIfMissing whether to open the run if it does not exist; default true
 * @param producerId the producer's name within its run; if empty, the default, each publisher gets
 *     a random one. A named producer must raise {@code epoch} whenever it starts anew.
 * @param epoch the producer's incarnation, >= 0; default 0
 * @param retryTimeout how long a run's events are retried without progress before its publisher
 *     breaks; default 60 s
 * @param blockTimeout the longest time that {@code publish} blocks; default 60 s
 */
public record PublisherConfig(
    int batchEventsMax,
    int batchBytesMax,
    int lingerMs,
    int pendingEventsMax,
    long pendingBytesMax,
    boolean openIfMissing,
    String producerId,
    long epoch,
    Duration retryTimeout,
    Duration blockTimeout) {
  private static final int EVENTS_PER_REQUEST_MAX = 10_000;
  private static final int BYTES_PER_REQUEST_MAX = 15 << 20;

  public PublisherConfig {
    Checks.atLeast("batchEventsMax", batchEventsMax, 1);
    Checks.atLeast("batchBytesMax", batchBytesMax, 1);
    if (batchEventsMax > EVENTS_PER_REQUEST_MAX || batchBytesMax > BYTES_PER_REQUEST_MAX) {
      throw new IllegalArgumentException(
          "a batch holds at most 10,000 events and 15 MiB, asked for %d and %d bytes"
              .formatted(batchEventsMax, batchBytesMax));
    }
    Checks.atLeast("lingerMs", lingerMs, 0);
    Checks.atLeast("pendingEventsMax", pendingEventsMax, 1);
    Checks.atLeast("pendingBytesMax", pendingBytesMax, 1);
    Checks.atLeast("epoch", epoch, 0);
    Checks.positive("retryTimeout", retryTimeout);
    Checks.positive("blockTimeout", blockTimeout);
  }

  public static PublisherConfig defaults() {
    return new PublisherConfig(
        500,
        1 << 20,
        2,
        10_000,
        32L << 20,
        true,
        "",
        0,
        Duration.ofSeconds(60),
        Duration.ofSeconds(60));
  }

  /** Returns a copy with other limits on one request. */
  public PublisherConfig withBatch(int eventsMax, int bytesMax) {
    return with(
        draft -> {
          draft.batchEventsMax = eventsMax;
          draft.batchBytesMax = bytesMax;
        });
  }

  /** Returns a copy with another linger time. */
  public PublisherConfig withLingerMs(int value) {
    return with(draft -> draft.lingerMs = value);
  }

  /** Returns a copy with other bounds on pending events. */
  public PublisherConfig withPending(int eventsMax, long bytesMax) {
    return with(
        draft -> {
          draft.pendingEventsMax = eventsMax;
          draft.pendingBytesMax = bytesMax;
        });
  }

  /** Returns a copy that opens a missing run, or requires the run to exist. */
  public PublisherConfig withOpenIfMissing(boolean value) {
    return with(draft -> draft.openIfMissing = value);
  }

  /** Returns a copy with a named producer. */
  public PublisherConfig withProducer(String id, long producerEpoch) {
    return with(
        draft -> {
          draft.producerId = id;
          draft.epoch = producerEpoch;
        });
  }

  /** Returns a copy with other timeouts for retrying and blocking. */
  public PublisherConfig withTimeouts(Duration retry, Duration block) {
    return with(
        draft -> {
          draft.retryTimeout = retry;
          draft.blockTimeout = block;
        });
  }

  private PublisherConfig with(Consumer<Draft> change) {
    Draft draft = new Draft();
    change.accept(draft);
    return new PublisherConfig(
        draft.batchEventsMax,
        draft.batchBytesMax,
        draft.lingerMs,
        draft.pendingEventsMax,
        draft.pendingBytesMax,
        draft.openIfMissing,
        draft.producerId,
        draft.epoch,
        draft.retryTimeout,
        draft.blockTimeout);
  }

  /** A copy that is being made. */
  private final class Draft {
    int batchEventsMax = PublisherConfig.this.batchEventsMax;
    int batchBytesMax = PublisherConfig.this.batchBytesMax;
    int lingerMs = PublisherConfig.this.lingerMs;
    int pendingEventsMax = PublisherConfig.this.pendingEventsMax;
    long pendingBytesMax = PublisherConfig.this.pendingBytesMax;
    boolean openIfMissing = PublisherConfig.this.openIfMissing;
    String producerId = PublisherConfig.this.producerId;
    long epoch = PublisherConfig.this.epoch;
    Duration retryTimeout = PublisherConfig.this.retryTimeout;
    Duration blockTimeout = PublisherConfig.this.blockTimeout;
  }
}
