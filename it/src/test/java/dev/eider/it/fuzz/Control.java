package dev.eider.it.fuzz;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.ColdRead;
import dev.eider.it.Daemon;
import dev.eider.it.Gate;
import dev.eider.it.RetryingPublisher;
import dev.eider.it.RunCalls;
import dev.eider.it.RunReader;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Somebody decent on a connection of their own: publishes to a run and follows it, while others do
 * what they do. Owned by the test thread.
 */
final class Control implements AutoCloseable {
  static final String RUN_PREFIX = "control-";

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int EVENTS_MIN = 20;

  private final Daemon daemon;
  private final String runId;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final RetryingPublisher publisher;
  private final Future<Void> published;
  private final RunReader reader;

  Control(Daemon daemon, String name) {
    this.daemon = daemon;
    this.runId = RUN_PREFIX + name;
    reader = RunReader.fromStart(daemon.channel(), runId);
    Gate gate = new Gate();
    gate.open();
    publisher = new RetryingPublisher(daemon, gate, runId, "p", new AtomicInteger());
    published = thread.submit(publisher);
  }

  /**
   * Ends the run; every event was stored once, and live and cold are the same. Returns how many.
   */
  int finish() {
    reader.awaitSeq(EVENTS_MIN, SOON);
    publisher.stop();
    try {
      published.get(SOON.toSeconds(), SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the control publisher failed" + daemon.logEnd(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    new RunCalls(daemon).close(runId);
    int events = publisher.acks().size();
    if (publisher.retries() > 0) {
      System.out.println(runId + ": " + publisher.retries() + " publishes waited for 10 s");
    }
    reader.awaitRunClosed(SOON).shouldHaveAllUpTo(events);
    ColdRead.of(daemon.channel(), runId).checker().shouldEqual(reader.checker());
    return events;
  }

  @Override
  public void close() {
    publisher.stop();
    thread.shutdownNow();
    reader.close();
  }
}
