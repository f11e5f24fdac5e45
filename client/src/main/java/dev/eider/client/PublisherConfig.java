package dev.eider.client;

import java.time.Duration;

/**
 * How a publisher batches, waits and retries. Immutable.
 *
 * @param batchEventsMax most events in one request, 1 to 10,000; default 500
 * @param batchBytesMax most bytes of events in one request, unless a single event is larger; up to
 *     15 MiB, default 1 MiB
 * @param lingerMs how long an event waits for others to share its request; default 2; 0 sends what
 *     is there as soon as the worker gets to it
 * @param pendingEventsMax most events that await their answer before {@code publish} blocks;
 *     default 10,000
 * @param pendingBytesMax most bytes of them, unless a single event is larger; default 32 MiB
 * @param openIfMissing opens the run when it does not exist; default true
 * @param producerId names the producer within its run; empty, the default, makes a random one for
 *     each publisher. A producer with a name must raise {@code epoch} whenever it starts anew.
 * @param epoch the producer's incarnation, >= 0; default 0
 * @param retryTimeout how long a run's events are sent again without progress before its publisher
 *     is broken; default 60 s
 * @param blockTimeout the longest that {@code publish} blocks; default 60 s
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

  /** This, with other bounds of one request. */
  public PublisherConfig withBatch(int eventsMax, int bytesMax) {
    return new PublisherConfig(
        eventsMax,
        bytesMax,
        lingerMs,
        pendingEventsMax,
        pendingBytesMax,
        openIfMissing,
        producerId,
        epoch,
        retryTimeout,
        blockTimeout);
  }

  /** This, with another time for events to wait for others. */
  public PublisherConfig withLingerMs(int value) {
    return new PublisherConfig(
        batchEventsMax,
        batchBytesMax,
        value,
        pendingEventsMax,
        pendingBytesMax,
        openIfMissing,
        producerId,
        epoch,
        retryTimeout,
        blockTimeout);
  }

  /** This, with other bounds of what awaits its answer. */
  public PublisherConfig withPending(int eventsMax, long bytesMax) {
    return new PublisherConfig(
        batchEventsMax,
        batchBytesMax,
        lingerMs,
        eventsMax,
        bytesMax,
        openIfMissing,
        producerId,
        epoch,
        retryTimeout,
        blockTimeout);
  }

  /** This, opening the run or requiring it. */
  public PublisherConfig withOpenIfMissing(boolean value) {
    return new PublisherConfig(
        batchEventsMax,
        batchBytesMax,
        lingerMs,
        pendingEventsMax,
        pendingBytesMax,
        value,
        producerId,
        epoch,
        retryTimeout,
        blockTimeout);
  }

  /** This, as a producer with a name. */
  public PublisherConfig withProducer(String id, long producerEpoch) {
    return new PublisherConfig(
        batchEventsMax,
        batchBytesMax,
        lingerMs,
        pendingEventsMax,
        pendingBytesMax,
        openIfMissing,
        id,
        producerEpoch,
        retryTimeout,
        blockTimeout);
  }

  /** This, with other bounds on retrying and blocking. */
  public PublisherConfig withTimeouts(Duration retry, Duration block) {
    return new PublisherConfig(
        batchEventsMax,
        batchBytesMax,
        lingerMs,
        pendingEventsMax,
        pendingBytesMax,
        openIfMissing,
        producerId,
        epoch,
        retry,
        block);
  }
}
