package dev.eider.it;

import dev.eider.v1.Event;
import dev.eider.v1.PublishRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Publishes a lot of text to a run, as fast as the daemon takes it: requests of 1 MiB, one after
 * the other; when the daemon is overloaded it waits and repeats. Owned by one thread.
 */
public final class PacedPublisher {
  private static final int EVENT_BYTES = 32 << 10;
  private static final int EVENTS_PER_REQUEST = 32;
  private static final Duration OVERLOAD_PAUSE = Duration.ofMillis(50);

  private final Daemon daemon;
  private final String runId;
  private final String words;
  private final Random random;
  private long overloads;

  public PacedPublisher(Daemon daemon, String runId, Random random) {
    this.daemon = daemon;
    this.runId = runId;
    this.random = random;
    this.words = words(random, 4 * EVENT_BYTES);
  }

  /** Text that compresses about as well as prose. */
  private static String words(Random random, int length) {
    StringBuilder text = new StringBuilder(length + 16);
    while (text.length() < length) {
      text.append(Integer.toString(random.nextInt(1 << 20), 36)).append(' ');
    }
    return text.toString();
  }

  /** Publishes and returns how long it took. */
  public Duration publish(int mebibytes) {
    long start = System.nanoTime();
    for (int i = 0; i < mebibytes; i++) {
      publishOne(i);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private void publishOne(int t) {
    List<Event> events = IntStream.range(0, EVENTS_PER_REQUEST).mapToObj(i -> event(t)).toList();
    PublishRequest request =
        PublishRequest.newBuilder()
            .setRunId(runId)
            .setOpenIfMissing(true)
            .addAllEvents(events)
            .build();
    while (true) {
      try {
        daemon.broker().publish(request);
        return;
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED) {
          throw e;
        }
        overloads++;
        LockSupport.parkNanos(OVERLOAD_PAUSE.toNanos());
      }
    }
  }

  private Event event(int t) {
    int from = random.nextInt(words.length() - EVENT_BYTES);
    return Events.prompt(t, words.substring(from, from + EVENT_BYTES));
  }

  /** How many events it has made of a number of mebibytes. */
  public static long eventsIn(int mebibytes) {
    return (long) mebibytes * EVENTS_PER_REQUEST;
  }

  /** How often the daemon asked it to wait. */
  public long overloads() {
    return overloads;
  }
}
