package dev.eider.server.store.duckdb;

import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.TestEvents;
import dev.eider.server.store.TestLog;
import dev.eider.server.store.connection.StoreConfig;
import dev.eider.v1.Event;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A process that persists the same batches each time, from where the file stands, and ends without
 * closing anything: after a number of batches, or in the middle of whatever it does then.
 */
final class CrashingWriter {
  static final int RUNS = 3;
  static final int BATCHES = 60;
  static final int EVENTS_A_PUBLISH = 50;
  static final int PUBLISHES_A_BATCH = 10;

  private CrashingWriter() {}

  /** Arguments: file, batches to persist, batch to checkpoint after, ms to live. */
  public static void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[0]);
    int batches = Integer.parseInt(arguments[1]);
    int checkpointAfter = Integer.parseInt(arguments[2]);
    long liveMs = Long.parseLong(arguments[3]);
    DuckDbStore store = DuckDbStore.open(StoreConfig.of(file, file.resolveSibling("tmp")));
    long persisted = store.persistedPosition();
    if (liveMs > 0) {
      haltAfter(liveMs);
    }
    TestLog log = new TestLog();
    for (int i = 0; i < batches; i++) {
      PersistBatch batch = nextBatch(log, i);
      if (batch.nextPosition() > persisted) {
        store.persist(batch);
      }
      if (i == checkpointAfter) {
        store.checkpoint();
      }
    }
    Runtime.getRuntime().halt(0);
  }

  /** The batch with an index, the same in every process. */
  static PersistBatch nextBatch(TestLog log, int index) {
    if (index == 0) {
      for (int run = 0; run < RUNS; run++) {
        log.open("run-" + run);
      }
    }
    for (int i = 0; i < PUBLISHES_A_BATCH; i++) {
      Event[] events = new Event[EVENTS_A_PUBLISH];
      for (int k = 0; k < events.length; k++) {
        events[k] = TestEvents.response("red", index, "because ".repeat(20) + k, 0.001);
      }
      log.publish("run-" + (index + i) % RUNS, events);
    }
    return log.batch();
  }

  private static void haltAfter(long ms) {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "halting");
              thread.setDaemon(true);
              return thread;
            });
    ScheduledFuture<?> unused =
        timer.schedule(() -> Runtime.getRuntime().halt(1), ms, TimeUnit.MILLISECONDS);
  }
}
