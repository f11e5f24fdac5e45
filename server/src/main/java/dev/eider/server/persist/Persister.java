package dev.eider.server.persist;

import dev.eider.server.base.Threads;
import dev.eider.server.base.WorkerLoop;
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
public final class Persister implements WorkerLoop.Work {
  private static final Logger LOG = LoggerFactory.getLogger(Persister.class);

  /** How often it looks whether a transaction is due while it lets a burst go first. */
  private static final long LINGER_LOOK_MS = 10;

  /** How often it looks for what nobody wakes it for: a checkpoint, a copy, a store that failed. */
  private static final long IDLE_LOOK_MS = 100;

  private static final long NOTHING_LACKS = -1;

  /** How much of what DuckDB may lack it does lack when a transaction waits no longer. */
  private static final double BACKLOG_SHARE = 0.375;

  private static final long RETRY_MIN_MS = 100;
  private static final long RETRY_MAX_MS = 5_000;

  private final EventLog log;
  private final ColdStore store;
  private final Hub hub;
  private final InstantSource clock;
  private final PersisterConfig config;
  private final WorkerLoop loop;
  private @Nullable Following following;
  private @Nullable PersistBatch unconfirmed;

  // Up to where, exclusively, the log was read and nothing more found.
  private long readTo;

  // When it was first seen that the log has more.
  private long lackingSinceMs = NOTHING_LACKS;
  private long retryMs = RETRY_MIN_MS;
  private int failures;

  // What DuckDB holds in memory until a checkpoint comes back when it is opened again.
  private boolean needsMemory;

  // Written by the persister thread, read by those who append to the log.
  private volatile boolean isIdle;

  // Written by the persister thread, read once it has ended.
  private volatile boolean hasFinished;

  private boolean hasGivenUp;

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
    loop = new WorkerLoop(threads, "persister", this, onDefect);
    hub.progress().onWanted(loop::wake);
    hub.addLogListener(this::noteAppended);
    hub.addListener(run -> noteAppended());
    loop.start();
  }

  /**
   * Persists what the log holds, makes a checkpoint and ends the thread. Nothing may be appended
   * any more. Blocks.
   *
   * @return whether it got that far in time; what is not persisted then stays in the log
   */
  public boolean stop(long timeoutMs) throws InterruptedException {
    return loop.stop(timeoutMs) && hasFinished;
  }

  /** A stop waits until everything is in DuckDB, or DuckDB fails. */
  @Override
  public boolean mustFinish() {
    return !hasFinished && !hasGivenUp;
  }

  @Override
  public long turn() throws InterruptedException {
    try {
      Following now = following;
      if (now == null) {
        if (store.isFailed()) {
          reopen();
        }
        now = begin();
        following = now;
      }
      return follow(now);
    } catch (StoreException | UncheckedIOException e) {
      forget();
      failed(e);
      hasGivenUp = !loop.pause(retryMs);
      retryMs = Math.min(2 * retryMs, RETRY_MAX_MS);
      return 0;
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

  /** Remembers what only a store that can be written does. */
  private void succeeded() {
    if (failures > 0) {
      LOG.info("DuckDB takes what is published again, after {} failures", failures);
      failures = 0;
      retryMs = RETRY_MIN_MS;
      hub.progress().setFailing(false);
    }
  }

  /** Begins where the store says that it is. */
  private Following begin() throws StoreException {
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
    readTo = position;
    lackingSinceMs = NOTHING_LACKS;
    return new Following(batch, schedule, log.read(position));
  }

  private void forget() {
    Following ended = following;
    if (ended != null) {
      ended.reader().close();
      following = null;
    }
  }

  /** Persists what is due; returns when to look again. */
  private long follow(Following now) throws StoreException {
    requireUsable();
    boolean isLast = loop.isStopping();
    // In this order: what is appended behind the look wakes this thread.
    isIdle = true;
    isIdle = log.endPosition() <= readTo;
    if (readablePosition() > readTo && !isDue()) {
      return LINGER_LOOK_MS;
    }
    long idleMs = 0;
    fill(now.batch(), now.reader());
    if (!now.batch().isEmpty()) {
      persist(now.batch().build(), now.schedule());
      now.batch().clear();
    } else if (now.batch().hasImport()) {
      persist(now.batch().takeImport(), now.schedule());
    } else if (isLast) {
      checkpoint(now.schedule());
      forget();
      hasFinished = true;
      return 0;
    } else {
      idleMs = isIdle ? IDLE_LOOK_MS : LINGER_LOOK_MS;
    }
    if (now.schedule().isDue(clock.millis(), store.usableBytes(), store.needsCheckpoint())) {
      checkpoint(now.schedule());
    }
    boolean unused = store.swapIfReady();
    return idleMs;
  }

  private void noteAppended() {
    if (isIdle) {
      loop.wake();
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

  /** Adds records until the batch is full or there are no more. */
  private void fill(BatchBuilder batch, LogReader reader) {
    lackingSinceMs = NOTHING_LACKS;
    while (batch.eventCount() < config.batchEventsMax()
        && batch.bytes() < config.batchBytesMax()
        && !batch.hasImport()) {
      long limit = readablePosition();
      LogRecord entry = reader.next(limit);
      if (entry == null) {
        readTo = limit;
        return;
      }
      batch.add(entry);
    }
  }

  /** Returns whether a burst is to be left the processors no longer. */
  private boolean isDue() {
    long nowMs = clock.millis();
    if (lackingSinceMs == NOTHING_LACKS) {
      lackingSinceMs = nowMs;
    }
    return backlogShare() >= BACKLOG_SHARE
        || nowMs - lackingSinceMs >= config.lingerMs()
        || hub.progress().isWanted()
        || loop.isStopping();
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

  /** How far a store that does not fail has been followed. Of the persister thread. */
  private record Following(BatchBuilder batch, CheckpointSchedule schedule, LogReader reader) {}
}
