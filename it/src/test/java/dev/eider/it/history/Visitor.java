package dev.eider.it.history;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.eider.it.Refusal;
import dev.eider.it.RunReader;
import dev.eider.it.StreamChecker;
import dev.eider.v1.GetRunRequest;
import dev.eider.v1.RunServiceGrpc;
import dev.eider.v1.SubscribeResponse;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks at one run after the other, open or closed: subscribes from some seq until it has caught
 * up, reads cold, asks for its digest. Runs on a thread of its own; {@link #stop} may be called
 * from any.
 */
final class Visitor implements Callable<Void> {
  private static final long PATIENCE_NANOS = SECONDS.toNanos(2);

  private final Channel channel;
  private final Recorded recorded;
  private final RunBook book;
  private final Random random;
  private volatile boolean stopped;

  Visitor(Channel channel, History history, RunBook book, long seed) {
    this.channel = channel;
    this.recorded = new Recorded(history, "visitor");
    this.book = book;
    this.random = new Random(seed);
  }

  static GetRunRequest getRun(String runId) {
    return GetRunRequest.newBuilder().setRunId(runId).build();
  }

  @Override
  public Void call() {
    while (!stopped) {
      String runId = random.nextBoolean() ? book.pick(random) : book.any(random);
      try {
        visit(runId);
      } catch (StatusRuntimeException e) {
        shouldBeForgivable(e);
      }
      LockSupport.parkNanos(MILLISECONDS.toNanos(1 + random.nextInt(30)));
    }
    return null;
  }

  private void visit(String runId) {
    long head = book.head(runId);
    long after = random.nextBoolean() || head == 0 ? 0 : random.nextLong(head);
    switch (random.nextInt(4)) {
      case 0 -> subscribe(runId, after);
      case 1 -> recorded.cold(channel, runId, 0, 0);
      case 2 -> recorded.cold(channel, runId, after, after + 1 + random.nextInt(500));
      default ->
          recorded.get(
              RunServiceGrpc.newBlockingStub(channel).withDeadlineAfter(2, SECONDS), runId);
    }
  }

  private void subscribe(String runId, long after) {
    StreamChecker checker = StreamChecker.after(runId, after);
    try (RunReader reader = recorded.subscribe(channel, runId, checker)) {
      long until = System.nanoTime() + PATIENCE_NANOS;
      while (!reader.hasEnded()
          && reader.notices().stream().noneMatch(SubscribeResponse::hasCaughtUp)
          && System.nanoTime() < until) {
        LockSupport.parkNanos(MILLISECONDS.toNanos(2));
      }
    }
  }

  /** A run that nobody opened yet, or that DuckDB lacks, or a daemon that is not there. */
  private static void shouldBeForgivable(StatusRuntimeException e) {
    Refusal refusal = Refusal.of(e);
    boolean isForgivable =
        Attempts.isInDoubt(e.getStatus()) || refusal.reason().equals("RUN_NOT_FOUND");
    if (!isForgivable) {
      throw new AssertionError("a visit ended with " + refusal, e);
    }
  }

  void stop() {
    stopped = true;
  }
}
