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
 * Takes the events of any number of runs, opens each run on first sight and closes all of them in
 * the end. Its runs share one bound on what awaits its answer.
 *
 * <p>Holds one entry for each run until it is closed. What {@link RunPublisher} says of order,
 * retries, futures and a crash holds for each run; a run that breaks leaves the others alone.
 *
 * <p>Thread-safe.
 */
public final class MultiRunSink implements AutoCloseable {
  private static final int NAMED_FAILURES_MAX = 20;

  private final Function<String, RunPublisher> newPublisher;
  private final BiFunction<String, RunOutcome, Run> closeOne;
  private final RunCloser closer;
  private final Map<String, RunPublisher> publishers = new ConcurrentHashMap<>();
  // Read-held while an entry is made, so that none is made after close has set the flag.
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
   * Takes an event of a run. Blocks as {@link RunPublisher#publish} does.
   *
   * @return as {@link RunPublisher#publish}
   * @throws IllegalStateException after close, or while the run is being closed
   */
  public CompletableFuture<Long> accept(String runId, Event event) {
    return publisherOf(runId).publish(event);
  }

  /**
   * Publishes what is there of a run, closes it and forgets it. Blocks until the daemon has
   * persisted it. An event of the run that arrives meanwhile is refused here or by the daemon.
   *
   * @throws EiderException if an event could not be published, in which case the run stays open, or
   *     if it cannot be closed; it is forgotten all the same
   */
  public Run closeRun(String runId, RunOutcome outcome) {
    RunPublisher publisher = publishers.remove(runId);
    if (publisher != null) {
      publisher.close();
    }
    return closeOne.apply(runId, outcome);
  }

  /** Counts the runs that were opened and not closed. */
  public int runCount() {
    return publishers.size();
  }

  /**
   * Waits for every pending event, then closes every run that this sink opened as COMPLETED.
   * Blocks. A run whose events could not all be published stays open. Events after this are
   * refused.
   *
   * @throws EiderException naming the runs that failed, after the others were closed; each failure
   *     is among the suppressed
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

  /** Empties the map; returns the runs of which everything was published. */
  private List<String> closePublishers(Map<String, EiderException> failures) {
    Map<String, RunPublisher> closing = new HashMap<>(publishers);
    publishers.clear();
    // All are asked to send before any is waited for.
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
        first.because(
            "%d runs could not be published and closed (%s%s), the first because"
                .formatted(failures.size(), String.join(", ", named), more));
    failures.values().stream().skip(1).forEach(all::addSuppressed);
    return all;
  }
}
