package dev.eider.server.sequencer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Threads;
import dev.eider.server.base.WorkerLoop;
import dev.eider.server.event.RunId;
import dev.eider.server.runs.Inquiry;
import dev.eider.server.runs.RunIndex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings commands to the sequencer, and asks DuckDB first about a run that is neither in memory nor
 * surely new: it may have been closed long ago.
 *
 * <p>Commands of one run keep their order: as long as one of them is being looked up, the later
 * ones queue behind it. Many look-ups go into one query. Thread-safe; the look-ups run on the
 * thread {@code run-lookup}.
 */
final class Admission implements WorkerLoop.Work {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
  private static final int LOOKUPS_PER_QUERY_MAX = 500;
  private static final long RETRY_MS = 100;

  private final RunIndex index;
  private final Sequencer sequencer;
  private final SequencerConfig config;
  private final BlockingQueue<Submission> lookups;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<RunId, Integer> waiting = new HashMap<>();

  private final WorkerLoop loop;

  Admission(
      RunIndex index,
      Sequencer sequencer,
      SequencerConfig config,
      Threads threads,
      BiConsumer<String, Throwable> onDefect) {
    this.index = index;
    this.sequencer = sequencer;
    this.config = config;
    lookups = new LinkedBlockingQueue<>(config.queueRequestsMax());
    loop = new WorkerLoop(threads, "run-lookup", this, onDefect);
    loop.start();
  }

  /** Passes a command on; a refusal completes its future. */
  void submit(Submission submission) {
    if (!sequencer.reserve(submission)) {
      submission.done().completeExceptionally(queueFull());
      return;
    }
    RunId runId = submission.command().runId();
    // A guess: the sequencer looks again.
    boolean isDecidable = submission.command().isDecidable(index::isKnown, index::isRequestKnown);
    boolean accepted;
    synchronized (lock) {
      boolean isOvertaking = waiting.containsKey(runId);
      if (!isOvertaking && isDecidable) {
        accepted = sequencer.offer(submission);
      } else {
        accepted = lookups.offer(submission);
        if (accepted) {
          waiting.merge(runId, 1, Integer::sum);
          loop.wake();
        }
      }
    }
    if (!accepted) {
      refuse(submission, queueFull());
    }
  }

  /** Ends the thread once it has passed on what it has. */
  boolean stop(long timeoutMs) throws InterruptedException {
    return loop.stop(timeoutMs);
  }

  @Override
  public boolean mustFinish() {
    return !lookups.isEmpty();
  }

  @Override
  public long turn() {
    List<Submission> batch = new ArrayList<>();
    lookups.drainTo(batch, LOOKUPS_PER_QUERY_MAX);
    if (!batch.isEmpty()) {
      lookUp(batch);
    }
    long idleMs = loop.isStopping() ? WorkerLoop.UNTIL_WOKEN_MS : readIds();
    return batch.isEmpty() ? idleMs : 0;
  }

  /** Lets the index know some more of the ids that DuckDB has; returns when to go on with it. */
  private long readIds() {
    try {
      return index.readIds() ? 0 : WorkerLoop.UNTIL_WOKEN_MS;
    } catch (BrokerException unavailable) {
      LOG.debug("ids are asked for again: {}", unavailable.getMessage());
      return RETRY_MS;
    }
  }

  private void lookUp(List<Submission> batch) {
    Set<RunId> runIds = new HashSet<>();
    Set<RunId> parentIds = new HashSet<>();
    Set<String> requestIds = new HashSet<>();
    for (Submission submission : batch) {
      Command command = submission.command();
      RunId needed = command.neededRunId();
      runIds.addAll(command.runIds());
      if (needed != null) {
        runIds.add(needed);
      }
      if (command instanceof Command.Delete) {
        parentIds.add(command.runId());
      }
      if (!command.requestId().isEmpty()) {
        requestIds.add(command.requestId());
      }
    }
    try {
      pass(batch, index.inquire(runIds, requestIds, parentIds, batch.size()));
    } catch (BrokerException refused) {
      for (Submission submission : batch) {
        leave(submission);
        refuse(submission, refused);
      }
    }
  }

  private void pass(List<Submission> batch, Inquiry inquiry) {
    for (Submission submission : batch) {
      boolean accepted;
      synchronized (lock) {
        accepted = sequencer.offer(submission.with(inquiry));
        leave(submission);
      }
      if (!accepted) {
        index.decided(inquiry);
        refuse(submission, queueFull());
      }
    }
  }

  private void refuse(Submission submission, BrokerException refusal) {
    sequencer.release(submission);
    submission.done().completeExceptionally(refusal);
  }

  private void leave(Submission submission) {
    synchronized (lock) {
      waiting.computeIfPresent(
          submission.command().runId(), (runId, count) -> count == 1 ? null : count - 1);
    }
  }

  private BrokerException queueFull() {
    return BrokerException.overloaded(
            "as many requests wait to be sequenced as may: %s, or %s bytes"
                .formatted(config.queueRequestsMax(), config.queueBytesMax()),
            config.queueRequestsMax())
        .with("limit_bytes", config.queueBytesMax());
  }
}
