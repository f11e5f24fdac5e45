package dev.eider.server.sequencer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Threads;
import dev.eider.server.base.WorkerLoop;
import dev.eider.server.event.Micros;
import dev.eider.server.hub.Hub;
import dev.eider.server.hub.PersistProgress;
import dev.eider.server.hub.RunTail;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogWriteException;
import dev.eider.server.runs.Inquiry;
import dev.eider.server.runs.RunIndex;
import dev.eider.v1.ErrorReason;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that gives events their seqs and makes them durable.
 *
 * <p>It takes what is there, decides it, writes it to the log, forces once, and only then shows it
 * to readers and acknowledges it; what arrives during a force is the next batch. The runs it
 * decides on are those of the hub, which only it changes. A batch that the disk refuses leaves no
 * trace, and its commands are answered so.
 *
 * <p>{@link #offer} and {@link #stop} are thread-safe; everything else is owned by the sequencer
 * thread.
 */
final class Sequencer implements WorkerLoop.Work {
  private static final Logger LOG = LoggerFactory.getLogger(Sequencer.class);
  private static final long IDLE_MS_MAX = 20;
  private static final long SLOW_COMMIT_MS = 1_000;
  private static final long PROBE_MS = 250;

  /** How many times its size in the log a record takes in DuckDB's own log and its main file. */
  private static final int PERSIST_SHARE = 5;

  /** The same of a record that is in DuckDB's own log. */
  private static final int CHECKPOINT_SHARE = 3;

  private final EventLog log;
  private final Hub hub;
  private final RunIndex index;
  private final InstantSource clock;
  private final SequencerConfig config;
  private final Listener listener;
  private final Decider decider;
  private final RunReaper reaper;
  private final BlockingQueue<Submission> queue;
  private final WorkerLoop loop;
  private final AtomicLong queuedBytes = new AtomicLong();
  private final long idleMs;
  private final Throttle throttle;
  private PublishHealth health = PublishHealth.OK;
  private long probedAtMs;
  private long refusedBatches;
  private long forcedAtMs;

  Sequencer(
      EventLog log,
      Hub hub,
      InstantSource clock,
      RunIndex index,
      SequencerConfig config,
      Threads threads,
      Listener listener) {
    this.log = log;
    this.hub = hub;
    this.index = index;
    this.clock = clock;
    this.config = config;
    this.listener = listener;
    loop = new WorkerLoop(threads, "sequencer", this, listener::defectFound);
    decider = new Decider(config.producersPerRunMax());
    reaper = new RunReaper(hub, index, clock, config.graceMs());
    queue = new ArrayBlockingQueue<>(config.queueRequestsMax());
    idleMs = config.async() ? Math.min(IDLE_MS_MAX, config.forceIntervalMs()) : IDLE_MS_MAX;
    throttle = new Throttle(idleMs);
    for (RunTail tail : hub.runs()) {
      if (tail.run().isDeleted()) {
        reaper.deleted(tail);
      } else if (!tail.run().isOpen()) {
        reaper.closed(tail);
      }
    }
  }

  /** Starts the thread; the listener knows the health by then. */
  void start() {
    checkHealth();
    loop.start();
  }

  /**
   * Reserves room for a command's bytes, or returns false when too many wait; one alone always
   * fits.
   */
  boolean reserve(Submission submission) {
    long bytes = submission.command().bytes();
    long waiting = queuedBytes.addAndGet(bytes);
    if (waiting > config.queueBytesMax() && waiting > bytes) {
      queuedBytes.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /** Gives back the room of a command that is not offered. */
  void release(Submission submission) {
    queuedBytes.addAndGet(-submission.command().bytes());
  }

  /** Takes a command with room reserved, or returns false when as many wait as may. */
  boolean offer(Submission submission) {
    boolean accepted = queue.offer(submission);
    loop.wake();
    return accepted;
  }

  /**
   * Finishes what has been offered and ends the thread. Blocks.
   *
   * @return whether it ended in time
   */
  boolean stop(long timeoutMs) throws InterruptedException {
    return loop.stop(timeoutMs);
  }

  @Override
  public boolean mustFinish() {
    return !queue.isEmpty();
  }

  @Override
  public long turn() throws InterruptedException {
    checkHealth();
    Submission first = queue.poll();
    if (first != null) {
      // Whoever was told that a run is erased must not find that memory still thinks of it.
      reaper.run();
      process(first);
    }
    hub.evict();
    reaper.run();
    return first == null ? idleMs : 0;
  }

  private void process(Submission first) throws InterruptedException {
    observeStore();
    Batch batch =
        new Batch(
            log, hub, index, decider, reaper, config.openRunsMax(), health == PublishHealth.FULL);
    long nowUs = Micros.now(clock);
    for (Submission next = first; next != null; next = nextFor(batch)) {
      release(next);
      decide(batch, next, nowUs);
    }
    if (!batch.hasRecords() || commit(batch)) {
      batch.publish();
    }
    if (config.async()) {
      forceIfDue();
    }
    long pauseMs = throttle.pauseMs(batch.bytes());
    if (pauseMs > 0) {
      boolean unused = loop.pause(pauseMs);
    }
  }

  /** While DuckDB fails, it is not a slower publisher that helps. */
  private void observeStore() {
    double share = hub.progress().isFailing() ? 0 : storeShare();
    throttle.observe(hub.progress().position(), unpersistedBytes(), share, clock.millis());
  }

  /** How much of what DuckDB may lack it does lack, in the log or in memory. */
  private double storeShare() {
    return Math.max(
        (double) unpersistedBytes() / config.unpersistedBytesMax(), hub.unpersistedShare());
  }

  private @Nullable Submission nextFor(Batch batch) {
    return batch.bytes() < throttle.batchBytesMax(config.batchBytesMax()) ? queue.poll() : null;
  }

  private void decide(Batch batch, Submission submission, long nowUs) {
    Inquiry inquiry = submission.inquiry();
    if (inquiry != null) {
      batch.add(submission, nowUs);
      index.decided(inquiry);
    } else if (Admission.isDecidable(submission.command(), batch::isKnown, batch::isRequestKnown)) {
      batch.add(submission, nowUs);
    } else {
      listener.runUnknown(submission);
    }
  }

  private boolean commit(Batch batch) {
    long startMs = clock.millis();
    try {
      log.commit(!config.async());
    } catch (LogWriteException e) {
      batch.fail(refusal(e));
      return false;
    }
    long tookMs = clock.millis() - startMs;
    if (tookMs > SLOW_COMMIT_MS) {
      LOG.warn("the disk took {} ms for a batch of {} bytes", tookMs, batch.bytes());
    }
    return true;
  }

  @Override
  public void rest() {
    if (health == PublishHealth.BROKEN) {
      return;
    }
    forceIfDue();
    if (health == PublishHealth.OK) {
      try {
        log.settle();
      } catch (LogWriteException e) {
        refusal(e);
      }
    }
  }

  /**
   * Finds out whether publishes are taken, whether or not there are any. What ends a refusal is a
   * probe, a few times a second at most, and not the next batch that happens to fit.
   */
  private void checkHealth() {
    switch (health) {
      case OK -> {
        if (log.health().usableBytes() < spaceBytesMin(1)) {
          setHealth(PublishHealth.FULL);
        } else if (isStoreStuck()) {
          setHealth(PublishHealth.STORE_BEHIND);
        }
      }
      case FULL, FAILING -> {
        long nowMs = clock.millis();
        if (nowMs - probedAtMs >= PROBE_MS) {
          probedAtMs = nowMs;
          // A little more than what it was refused for, so that it lasts.
          if (log.health().usableBytes() >= spaceBytesMin(2) && log.probe().isWritable()) {
            setHealth(PublishHealth.OK);
          }
        }
      }
      case STORE_BEHIND -> {
        if (!isStoreStuck()) {
          setHealth(PublishHealth.OK);
        }
      }
      case BROKEN -> {}
    }
  }

  /**
   * What must be free: the reserve, and room for DuckDB, which keeps its files on the same disk, to
   * take all that the log holds. The log can be trimmed only after that; without the room, a disk
   * that got full would stay full.
   */
  private long spaceBytesMin(int margin) {
    PersistProgress progress = hub.progress();
    long uncheckpointedBytes = progress.position() - progress.checkpointedPosition();
    long storeBytes = PERSIST_SHARE * unpersistedBytes() + CHECKPOINT_SHARE * uncheckpointedBytes;
    return config.diskReserveBytes() * (7 + margin) / 8 + margin * storeBytes;
  }

  private boolean isStoreStuck() {
    return hub.progress().isFailing() && unpersistedBytes() > config.unpersistedBytesMax();
  }

  private long unpersistedBytes() {
    return log.endPosition() - hub.progress().position();
  }

  private void forceIfDue() {
    long nowMs = clock.millis();
    if (!config.async()
        || log.forcedPosition() == log.endPosition()
        || nowMs - forcedAtMs < config.forceIntervalMs()) {
      return;
    }
    try {
      log.force();
      forcedAtMs = nowMs;
    } catch (LogWriteException e) {
      refusal(e);
    }
  }

  private BrokerException refusal(LogWriteException e) {
    PublishHealth now =
        switch (e.kind()) {
          case FULL -> PublishHealth.FULL;
          case FAILED -> PublishHealth.FAILING;
          case BROKEN -> PublishHealth.BROKEN;
        };
    // Once for as long as it lasts: there may be thousands of batches a second.
    if (now != health) {
      LOG.warn("the log does not take what is published", e);
      probedAtMs = clock.millis();
    }
    refusedBatches++;
    setHealth(now);
    return now == PublishHealth.FULL
        ? Batch.diskFull()
        : BrokerException.of(
            ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE,
            "the log could not be written: " + e.getMessage());
  }

  private void setHealth(PublishHealth now) {
    if (now != health) {
      if (now == PublishHealth.OK && refusedBatches > 0) {
        LOG.info("publishes are taken again; {} batches were not", refusedBatches);
        refusedBatches = 0;
      }
      health = now;
      listener.healthChanged(now);
    }
  }

  /** Is told, on the sequencer thread, what others must act on. */
  interface Listener {
    void healthChanged(PublishHealth health);

    /** Gives back a command for whose run DuckDB must be asked first. */
    void runUnknown(Submission submission);

    void defectFound(String worker, Throwable defect);
  }
}
