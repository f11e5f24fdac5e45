package dev.eider.server.persist;

import dev.eider.server.base.Signal;
import dev.eider.server.base.Threads;
import dev.eider.server.base.Worker;
import dev.eider.server.event.RunId;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogReader;
import dev.eider.server.log.LogRecord;
import dev.eider.server.run.FoldedRun;
import dev.eider.server.store.ColdStore;
import dev.eider.server.store.PersistBatch;
import dev.eider.server.store.StoreException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the log into DuckDB.
 *
 * <p>It reads what was forced, folds it, and writes it in transactions as large as there is
 * material for, beginning when the backlog is large, or its first event has waited for the linger
 * time, or somebody waits for it. Its place in the log is part of the transaction, so after a crash
 * or a failure it goes on where DuckDB says. When DuckDB fails, it is closed and opened again at
 * once, for those who read, and written again after growing delays, while the log takes what is
 * published.
 *
 * <p>Runs on the thread {@code persister}, which it owns. {@link #stop} is thread-safe.
 */
public final class Persister {
  private static final Logger LOG = LoggerFactory.getLogger(Persister.class);
  private static final long POLL_MS = 10;

  /** How much of what DuckDB may lack it does lack when a transaction waits no longer. */
  private static final double BACKLOG_SHARE = 0.375;

  private static final long RETRY_MIN_MS = 100;
  private static final long RETRY_MAX_MS = 5_000;

  private final EventLog log;
  private final ColdStore store;
  private final Hub hub;
  private final InstantSource clock;
  private final PersisterConfig config;
  private final Worker worker;
  private final Signal stop;
  private @Nullable PersistBatch unconfirmed;
  private long retryMs = RETRY_MIN_MS;
  private int failures;

  // What DuckDB holds in memory until a checkpoint comes back when it is opened again.
  private boolean needsMemory;

  private volatile boolean stopping;

  // Written by the persister thread, read once it has ended.
  private volatile boolean hasFinished;

  /** Starts the thread. The store is used by it alone, but for its readers. */
  public Persister(
      EventLog log,
      ColdStore store,
      Hub hub,
      InstantSource clock,
      PersisterConfig config,
      Threads threads,
      BiConsumer<String, Throwable> onDefect) {
    this.log = log;
    this.store = store;
    this.hub = hub;
    this.clock = clock;
    this.config = config;
    stop = threads.newSignal();
    worker = threads.start("persister", this::run, onDefect);
  }

  /**
   * Persists what the log holds, makes a checkpoint and ends the thread. Nothing may be appended
   * any more. Blocks.
   *
   * @return whether it got that far in time; what is not persisted then stays in the log
   */
  public boolean stop(long timeoutMs) throws InterruptedException {
    stopping = true;
    stop.raise();
    hub.progress().wake();
    return worker.join(timeoutMs) && hasFinished;
  }

  private void run() {
    try {
      while (true) {
        try {
          if (store.isFailed()) {
            reopen();
          }
          follow();
          hasFinished = true;
          return;
        } catch (StoreException | UncheckedIOException e) {
          failed(e);
          if (stop.await(retryMs)) {
            return;
          }
          retryMs = Math.min(2 * retryMs, RETRY_MAX_MS);
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the persister", e);
    }
  }

  /** Of DuckDB, or of the disk that the log is read from; damage of the log ends the daemon. */
  private void failed(Exception failure) {
    failures++;
    needsMemory = failure instanceof StoreException ofStore && ofStore.isOutOfMemory();
    hub.progress().setFailing(true);
    if (needsMemory) {
      LOG.error(
          "DuckDB has too little memory for events as large as these; a start with a larger"
              + " store-memory-bytes-max goes on: {}",
          failure.getMessage());
    } else if (failures == 1) {
      LOG.warn("DuckDB does not take what is published; next try in {} ms", retryMs, failure);
    } else {
      LOG.warn("that failed {} times: {}", failures, failure.getMessage());
    }
    try {
      reopen();
    } catch (StoreException e) {
      LOG.warn("DuckDB cannot be opened again, so it cannot be read: {}", e.getMessage());
    }
  }

  private void reopen() throws StoreException {
    store.reopen(hub.progress().position());
  }

  /** Takes note of what only a store that can be written does. */
  private void succeeded() {
    if (failures > 0) {
      LOG.info("DuckDB takes what is published again, after {} failures", failures);
      failures = 0;
      retryMs = RETRY_MIN_MS;
      hub.progress().setFailing(false);
    }
  }

  /** Persists until asked to stop. */
  private void follow() throws StoreException, InterruptedException {
    long position = store.persistedPosition();
    confirm(position);
    BatchBuilder batch = new BatchBuilder(store.openRuns(), position, this::inMemory);
    CheckpointSchedule schedule =
        new CheckpointSchedule(
            config.checkpointBytes(), config.checkpointIdleMs(), position, clock.millis());
    if (needsMemory) {
      checkpoint(schedule);
      needsMemory = false;
    }
    try (LogReader reader = log.read(position)) {
      while (true) {
        requireUsable();
        boolean isLast = isStopping();
        fill(batch, reader);
        if (!batch.isEmpty()) {
          persist(batch.build(), schedule);
          batch.clear();
        } else if (batch.hasImport()) {
          persist(batch.takeImport(), schedule);
        } else if (isLast) {
          checkpoint(schedule);
          return;
        } else {
          hub.progress().awaitWanted(POLL_MS);
        }
        if (schedule.isDue(clock.millis(), store.usableBytes(), store.needsCheckpoint())) {
          checkpoint(schedule);
        }
        boolean unused = store.swapIfReady();
      }
    }
  }

  private @Nullable FoldedRun inMemory(RunId runId) {
    RunTail tail = hub.find(runId);
    return tail == null ? null : tail.run();
  }

  /** A read may have found the store unusable while there is nothing to persist. */
  private void requireUsable() throws StoreException {
    if (store.isFailed()) {
      throw new StoreException("DuckDB failed during a read");
    }
  }

  /** Adds records, once a transaction is due, until the batch is full or there are no more. */
  private void fill(BatchBuilder batch, LogReader reader) throws InterruptedException {
    long sinceMs = clock.millis();
    while (lackedBytes() > 0 && !isDue(sinceMs)) {
      hub.progress().awaitWanted(POLL_MS);
    }
    while (batch.eventCount() < config.batchEventsMax()
        && batch.bytes() < config.batchBytesMax()
        && !batch.hasImport()) {
      LogRecord entry = reader.next(readablePosition());
      if (entry == null) {
        return;
      }
      batch.add(entry);
    }
  }

  /** Says whether a burst is to be left the processors no longer. */
  private boolean isDue(long sinceMs) {
    return backlogShare() >= BACKLOG_SHARE
        || clock.millis() - sinceMs >= config.lingerMs()
        || hub.progress().isWanted()
        || isStopping();
  }

  /** Of the log or of memory, where a small event takes several times as much. */
  private double backlogShare() {
    return Math.max((double) lackedBytes() / config.unpersistedBytesMax(), hub.unpersistedShare());
  }

  private long lackedBytes() {
    return readablePosition() - hub.progress().position();
  }

  private long readablePosition() {
    return Math.min(log.forcedPosition(), log.endPosition());
  }

  private void persist(PersistBatch built, CheckpointSchedule schedule) throws StoreException {
    unconfirmed = built;
    store.persist(built);
    succeeded();
    LOG.debug("persisted {} events up to {}", built.events().size(), built.nextPosition());
    confirm(built.nextPosition());
    schedule.persisted(built.nextPosition(), clock.millis());
  }

  /**
   * Reports the latest batch, if DuckDB has it: a commit that failed may have happened all the
   * same.
   */
  private void confirm(long persistedPosition) {
    PersistBatch batch = unconfirmed;
    if (batch != null && batch.nextPosition() == persistedPosition) {
      hub.persisted(batch.runs(), batch.nextPosition());
    }
    unconfirmed = null;
  }

  private boolean isStopping() {
    return stopping;
  }

  private void checkpoint(CheckpointSchedule schedule) throws StoreException {
    if (store.checkpoint()) {
      succeeded();
      long position = schedule.checkpointed(clock.millis());
      hub.progress().setCheckpointed(position);
      log.trim(position);
    } else {
      schedule.postpone(clock.millis());
    }
  }
}
