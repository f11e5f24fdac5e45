package dev.eider.client;

import dev.eider.v1.CloseRunRequest;
import dev.eider.v1.CloseRunResponse;
import dev.eider.v1.RunOutcome;
import dev.eider.v1.RunServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Closes many runs concurrently. Each call waits until the daemon has persisted its run, so a
 * bounded number of calls is in flight, enough for the daemon to persist runs in batches.
 * Thread-safe.
 */
record RunCloser(
    ManagedChannel channel,
    ClientWorker worker,
    long deadlineNanos,
    Backoff backoff,
    LongSupplier nanoTime) {
  private static final int IN_FLIGHT_MAX = 256;

  /**
   * Closes these runs as COMPLETED. Blocks. Each run has the call deadline, and the same time again
   * for retries.
   *
   * @return the failure of each run that could not be closed
   */
  Map<String, EiderException> close(Collection<String> runIds) throws InterruptedException {
    Closing closing = new Closing();
    for (String runId : runIds) {
      closing.begin(runId);
    }
    closing.awaitAll();
    return closing.failures;
  }

  /** One call of {@link #close}. */
  private final class Closing {
    private final Map<String, EiderException> failures = new ConcurrentHashMap<>();
    private final Semaphore room = new Semaphore(IN_FLIGHT_MAX);

    void begin(String runId) throws InterruptedException {
      // Every call ends within its deadline and its retries, which frees a place.
      if (room.tryAcquire(3 * deadlineNanos, TimeUnit.NANOSECONDS)) {
        call(runId, new RetryState(backoff, deadlineNanos));
      } else {
        failures.put(runId, overdue());
      }
    }

    void awaitAll() throws InterruptedException {
      if (!room.tryAcquire(IN_FLIGHT_MAX, 3 * deadlineNanos, TimeUnit.NANOSECONDS)) {
        throw overdue();
      }
    }

    private void call(String runId, RetryState retry) {
      RunServiceGrpc.newStub(channel)
          .withDeadlineAfter(deadlineNanos, TimeUnit.NANOSECONDS)
          .closeRun(
              CloseRunRequest.newBuilder()
                  .setRunId(runId)
                  .setOutcome(RunOutcome.RUN_OUTCOME_COMPLETED)
                  .build(),
              new Answer(this, runId, retry));
    }

    private void failed(String runId, RetryState retry, EiderException cause) {
      long asked = cause.retryDelay().map(delay -> delay.toNanos()).orElse(0L);
      long delayNanos =
          cause.isStreamLost() && !channel.isShutdown()
              ? retry.failed(nanoTime.getAsLong(), asked)
              : RetryState.GIVE_UP;
      if (delayNanos == RetryState.GIVE_UP) {
        failures.put(runId, cause);
        room.release();
      } else {
        worker.schedule(
            () -> {
              channel.resetConnectBackoff();
              call(runId, retry);
            },
            delayNanos);
      }
    }

    private EiderException overdue() {
      return EiderException.local(
          Status.Code.DEADLINE_EXCEEDED, "runs are not closed after their deadline");
    }
  }

  /** Receives the answer to one CloseRun, on the worker thread. */
  private record Answer(Closing closing, String runId, RetryState retry)
      implements StreamObserver<CloseRunResponse> {
    @Override
    public void onNext(CloseRunResponse response) {}

    @Override
    public void onError(Throwable thrown) {
      closing.failed(runId, retry, EiderException.of(thrown));
    }

    @Override
    public void onCompleted() {
      closing.room.release();
    }
  }
}
