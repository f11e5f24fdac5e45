package dev.eider.it.disk;

import dev.eider.it.Daemon;
import dev.eider.it.Events;
import dev.eider.it.Refusal;
import dev.eider.v1.Event;
import dev.eider.v1.PublishRequest;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Publishes text that does not compress as fast as it is taken. */
final class BulkPublisher {
  private static final int EVENT_CHARS = 32 << 10;
  private static final int EVENTS_PER_REQUEST = 16;
  private static final long PAUSE_NANOS = 50_000_000;

  /** Refused that often in a row, the disk is full and not merely behind. */
  private static final int REFUSALS_MAX = 60;

  private BulkPublisher() {}

  /** Returns how many requests were taken. */
  static int publishUntilFull(Daemon daemon, String runId) {
    Random random = new Random(1);
    int requests = 0;
    int refused = 0;
    while (refused < REFUSALS_MAX) {
      if (isTaken(daemon, request(runId, requests, random))) {
        requests++;
        refused = 0;
      } else {
        refused++;
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    return requests;
  }

  static long eventsIn(int requests) {
    return (long) requests * EVENTS_PER_REQUEST;
  }

  private static boolean isTaken(Daemon daemon, PublishRequest request) {
    try {
      daemon.broker().publish(request);
      return true;
    } catch (StatusRuntimeException e) {
      String reason = Refusal.of(e).reason();
      if (!reason.equals("STORAGE_FULL") && !reason.equals("OVERLOADED")) {
        throw e;
      }
      return false;
    }
  }

  private static PublishRequest request(String runId, int t, Random random) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < EVENTS_PER_REQUEST; i++) {
      StringBuilder text = new StringBuilder(EVENT_CHARS + 16);
      while (text.length() < EVENT_CHARS) {
        text.append(Long.toString(random.nextLong() >>> 1, 36));
      }
      events.add(Events.prompt(t, text.toString()));
    }
    return PublishRequest.newBuilder()
        .setRunId(runId)
        .setOpenIfMissing(true)
        .addAllEvents(events)
        .build();
  }
}
