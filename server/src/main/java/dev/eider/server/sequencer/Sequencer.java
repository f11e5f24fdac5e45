package dev.eider.server.sequencer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Threads;
import dev.eider.server.base.WorkerLoop;
import dev.eider.server.event.Micros;
import dev.eider.server.hub.Hub;
import dev.eider.server.log.EventLog;
import dev.eider.server.log.LogWriteException;
import dev.eider.server.runs.Inquiry;
import dev.eider.server.runs.RunIndex;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that gives events their seqs and makes them durable: the deciding half of it.
 *
 * <p>It takes what is there, decides it, writes it to the log, forces once, and only then has the
 * {@link LogApplier} show it to readers, and acknowledges it; what arrives during a force is the
 * next batch. The runs it decides on are those of the hub, which only this thread changes. A batch
 * that the log refuses leaves no trace, and its commands are answered so.
 *
 * <p>{@link #offer} and {@link #stop} are thread-safe; everything else is owned by the sequencer
 * thread.
 */
final class Sequencer implements WorkerLoop.Work {
  private static final Logger LOG = LoggerFactory.getLogger(Sequencer.class);
  private static final long IDLE_MS_MAX = 20;
  private static final long SLOW_COMMIT_MS = 1_000;

  private final EventLog log;
  private final Hub hub;
  private final RunIndex index;
  private final InstantSource clock;
  private final SequencerConfig config;
  private final Listener listener;
  private final Decider decider;
  private final LogApplier applier;
  private final HealthWatch health;
  private final BlockingQueue<Submission> queue;
  private final WorkerLoop loop;
  private final AtomicLong queuedBytes = new AtomicLong();
  private final long idleMs;
  private final Throttle throttle;
  private long forcedAtMs;

  Sequencer(
      EventLog log,
      LogApplier applier,
      InstantSource clock,
      SequencerConfig config,
      Threads threads,
      Listener listener) {
    this.log = log;
    this.applier = applier;
    hub = applier.hub();
    index = applier.index();
    this.clock = clock;
    this.config = config;
    this.listener = listener;
    loop = new WorkerLoop(threads, "sequencer", this, listener.defectFound());
    decider = new Decider(config.producersPerRunMax());
    health = new HealthWatch(log, hub.progress(), clock, config, listener.healthChanged());
    queue = new ArrayBlockingQueue<>(config.queueRequestsMax());
    idleMs = config.async() ? Math.min(IDLE_MS_MAX, config.forceIntervalMs()) : IDLE_MS_MAX;
    throttle = new Throttle(idleMs);
  }

  /** Starts the thread; the listener knows the health by then. */
  void start() {
    health.check();
    loop.start();
  }

  /** Reserves room for a command's bytes if not too many wait; one alone always fits. */
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

  /** Finishes what has been offered and ends the thread; returns whether in time. Blocks. */
  boolean stop(long timeoutMs) throws InterruptedException {
    return loop.stop(timeoutMs);
  }

  @Override
  public boolean mustFinish() {
    return !queue.isEmpty();
  }

  @Override
  public long turn() throws InterruptedException {
    health.check();
    Submission first = queue.poll();
    if (first != null) {
      // Whoever was told that a run is erased must not find that memory still thinks of it.
      applier.reap();
      process(first);
    }
    applier.tidy();
    return first == null ? idleMs : 0;
  }

  private void process(Submission first) throws InterruptedException {
    observeStore();
    boolean isDiskFull = health.health() == PublishHealth.FULL;
    BatchRoom room = new BatchRoom(hub, config.openRunsMax(), isDiskFull);
    Batch batch = new Batch(log, index, decider, room);
    long nowUs = Micros.now(clock);
    for (Submission next = first; next != null; next = nextFor(batch)) {
      release(next);
      decide(batch, next, nowUs);
    }
    if (!batch.hasRecords() || commit(batch)) {
      applier.apply(batch.effects());
      batch.answer();
      applier.announce();
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

  /** Returns how much of what DuckDB may lack it does lack, in the log or in memory. */
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
    } else if (submission.command().isDecidable(batch::isKnown, batch::isRequestKnown)) {
      batch.add(submission, nowUs);
    } else {
      listener.runUnknown().accept(submission);
    }
  }

  private boolean commit(Batch batch) {
    long startMs = clock.millis();
    try {
      log.commit(!config.async());
    } catch (LogWriteException e) {
      batch.fail(health.refusal(e));
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
    if (health.health() == PublishHealth.BROKEN) {
      return;
    }
    forceIfDue();
    if (health.health() == PublishHealth.OK) {
      try {
        log.settle();
      } catch (LogWriteException e) {
        BrokerException unused = health.refusal(e);
      }
    }
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
      BrokerException unused = health.refusal(e);
    }
  }

  /** Hears, on the sequencer thread, what others must act on; an unknown run is to be looked up. */
  record Listener(
      Consumer<PublishHealth> healthChanged,
      Consumer<Submission> runUnknown,
      BiConsumer<String, Throwable> defectFound) {}
}
