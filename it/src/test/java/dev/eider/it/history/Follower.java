package dev.eider.it.history;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.eider.it.RunReader;
import dev.eider.it.StreamChecker;
import io.grpc.Channel;
import io.grpc.Status;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Follows every run of a book live from its first event to its close, and resumes after its last
 * seq whenever it is cut off. Runs on a thread of its own; {@link #stop} may be called from any.
 */
final class Follower implements Callable<Void> {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final Channel channel;
  private final Recorded recorded;
  private final RunBook book;
  private final Map<String, RunReader> readers = new LinkedHashMap<>();
  private final Set<String> finished = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  Follower(Channel channel, History history, RunBook book) {
    this.channel = channel;
    this.recorded = new Recorded(history, "follower");
    this.book = book;
  }

  @Override
  public Void call() {
    while (!stopped) {
      book.all().stream().filter(run -> !finished.contains(run)).forEach(this::follow);
      LockSupport.parkNanos(MILLISECONDS.toNanos(10));
    }
    readers.values().forEach(RunReader::close);
    return null;
  }

  private void follow(String runId) {
    RunReader reader = readers.get(runId);
    if (reader == null) {
      begin(runId, StreamChecker.after(runId, 0));
    } else if (reader.hasEnded()) {
      Status status = reader.awaitEnd(SOON);
      if (status.isOk()) {
        reader.awaitRunClosed(SOON);
        readers.remove(runId);
        finished.add(runId);
      } else if (Attempts.isInDoubt(status)) {
        begin(runId, reader.checker());
      } else {
        throw new AssertionError("following " + runId + " ended with " + status);
      }
    }
  }

  private void begin(String runId, StreamChecker checker) {
    readers.put(runId, recorded.subscribe(channel, runId, checker));
  }

  /** The runs that it has followed to their end; from any thread. */
  Set<String> finished() {
    return finished;
  }

  void stop() {
    stopped = true;
  }
}
