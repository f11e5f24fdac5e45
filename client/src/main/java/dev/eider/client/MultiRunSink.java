package dev.eider.client;

import dev.eider.v1.Event;
import dev.eider.v1.Run;
import dev.eider.v1.RunOutcome;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Publishes the events of any number of runs: opens each run with its first event and closes all of
 * them at the end. The runs share one bound on pending events.
 *
 * <p>Holds one entry for each run until the run is closed. Order, retries, futures and crashes are
 * as in {@link RunPublisher}, for each run; a failing run does not affect the others.
 *
 * <p>Thread-safe.
 */
public final class MultiRunSink implements AutoCloseable {
  private static final int NAMED_FAILURES_MAX = 20;

  private final Function<String, RunPublisher> newPublisher;
  private final BiFunction<String, RunOutcome, Run> closeOne;
  private final RunCloser closer;
  private final Map<String, RunPublisher> publishers = new ConcurrentHashMap<>();
  // The read lock is held while an entry is created, so that none appears after close sets the
  // flag.
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed; // guarded by lock

  MultiRunSink(
      Function<String, RunPublisher> newPublisher,
      BiFunction<String, RunOutcome, Run> closeOne,
      RunCloser closer) {
    this.newPublisher = newPublisher;
    this.closeOne = closeOne;
    this.closer = closer;
  }

  /**
   * Publishes an event of a run. Blocks as {@link RunPublisher#publish} does.
   *
   * @return as {@link RunPublisher#publish}
   * @throws IllegalStateException after close, or while the run is being closed
   */
  public CompletableFuture<Long> accept(String runId, Event event) {
    return publisherOf(runId).publish(event);
  }

  /**
   * Publishes the pending events of a run, closes it and drops its entry. Blocks until the daemon
   * has persisted the run. An event of the run that arrives meanwhile is refused here or by the
   * daemon.
   *
   * @throws EiderException if an event could not be published, in which case the run stays open, or
   *     if the run cannot be closed; its entry is dropped all the same
   */
  public Run closeRun(String runId, RunOutcome outcome) {
    RunPublisher publisher = publishers.remove(runId);
    if (publisher != null) {
      publisher.close();
    }
    return closeOne.apply(runId, outcome);
  }

  /** Returns the number of runs that were opened and not closed. */
  public int runCount() {
    return publishers.size();
  }

  /**
   * Waits for every pending event, then closes every run of this sink as COMPLETED. Blocks. A run
   * whose events could not all be published stays open. Later events are refused.
   *
   * @throws EiderException after the other runs were closed, if some failed; names these runs, with
   *     each failure as its cause or suppressed
   */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
    } finally {
      lock.writeLock().unlock();
    }
    Map<String, EiderException> failures = new TreeMap<>();
    List<String> published = closePublishers(failures);
    try {
      failures.putAll(closer.close(published));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EiderException.local(Status.Code.CANCELLED, "interrupted while closing runs");
    }
    if (!failures.isEmpty()) {
      throw failed(failures);
    }
  }

  private RunPublisher publisherOf(String runId) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the sink is closed");
      }
      return publishers.computeIfAbsent(runId, newPublisher);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Empties the map and closes the publishers; returns the runs that were published completely. */
  private List<String> closePublishers(Map<String, EiderException> failures) {
    Map<String, RunPublisher> closing = new HashMap<>(publishers);
    publishers.clear();
    // Ask all of them to send before waiting for any.
    closing.values().forEach(RunPublisher::requestFlush);
    List<String> published = new ArrayList<>();
    closing.forEach(
        (runId, publisher) -> {
          try {
            publisher.close();
            published.add(runId);
          } catch (EiderException e) {
            failures.put(runId, e);
          }
        });
    return published;
  }

  private static EiderException failed(Map<String, EiderException> failures) {
    List<String> named = failures.keySet().stream().limit(NAMED_FAILURES_MAX).toList();
    String more = failures.size() > named.size() ? ", ..." : "";
    EiderException first = failures.values().iterator().next();
    EiderException all =
        first.asCauseOf(
            "%d runs could not be published and closed (%s%s), the first because"
                .formatted(failures.size(), String.join(", ", named), more));
    failures.values().stream().skip(1).forEach(all::addSuppressed);
    return all;
  }
}
