package dev.eider.server.base;

import dev.eider.v1.ErrorReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call that blocks, on one thread of a {@link CallPool} from its begin to its end.
 *
 * <p>Whoever ends it first (the work, its time, the caller, the daemon's stop) gives the only
 * answer; then the work stops soon. What is protected is for that thread, but for {@link #begin}
 * and {@link #timedOut}; everything else is thread-safe and does not block.
 *
 * @param <T> what it sends
 */
public abstract class PooledCall<T> implements StreamedCall {
  private static final Logger LOG = LoggerFactory.getLogger(PooledCall.class);

  private final CallPool pool;
  private final ResponseStream<T> responses;
  private final long msMax;
  private final Signal signal;

  /** Guards the responses, which one thread may use at a time; nothing under it blocks. */
  private final Object answer = new Object();

  // Written under the lock on the answer.
  private volatile boolean ended;

  // Written by the starting thread, read by those that end it.
  private volatile @Nullable Registration counted;
  private volatile @Nullable Registration time;

  // Written by the thread that waits or works, read by those that end it.
  private volatile @Nullable Runnable interruption;

  /** Makes a call that lasts {@code msMax} at most, waits included. */
  protected PooledCall(CallPool pool, ResponseStream<T> responses, long msMax) {
    this.pool = pool;
    this.responses = responses;
    this.msMax = msMax;
    signal = pool.newSignal();
  }

  @Override
  public final void start() {
    counted = pool.add(this::fail);
    try {
      time = pool.timer().after(msMax, () -> fail(timedOut()));
    } catch (RejectedExecutionException e) {
      fail(CallPool.shuttingDown());
    }
    if (ended) {
      stop();
    } else {
      begin();
    }
  }

  @Override
  public final void wake() {
    signal.raise();
  }

  @Override
  public final void cancel() {
    synchronized (answer) {
      ended = true;
    }
    stop();
  }

  /** Begins on the thread that brings the call: {@link #execute}s it, at once or later. */
  protected void begin() {
    execute(0);
  }

  /** Does the work; looks at {@link #hasEnded} in between. */
  protected abstract void work() throws Exception;

  /** Returns what the caller is told of a failure of the work, or null if it is a defect. */
  protected abstract @Nullable BrokerException refusal(Exception failure);

  /** Returns what the caller is told when the time is over. */
  protected abstract BrokerException timedOut();

  /** Has the work done, once; refused if no thread is free within {@code waitMs}. */
  protected final void execute(long waitMs) {
    pool.execute(this::run, waitMs, this::fail);
  }

  /** Returns whether it has ended; there is no one to answer then. */
  protected final boolean hasEnded() {
    return ended;
  }

  /** Ends it with a refusal, unless it has ended. */
  protected final void fail(BrokerException refusal) {
    synchronized (answer) {
      if (!ended) {
        ended = true;
        responses.fail(refusal);
      }
    }
    stop();
  }

  /** Ends it well, unless it has ended. */
  protected final void end() {
    synchronized (answer) {
      if (!ended) {
        ended = true;
        responses.end();
      }
    }
    stop();
  }

  /** Sends a response once the caller takes more, unless it has ended. Blocks. */
  protected final void send(T response) throws InterruptedException {
    while (!ended && !responses.isReady()) {
      pause(WorkerLoop.UNTIL_WOKEN_MS);
    }
    unlessEnded(() -> responses.next(response));
  }

  /** Does something with the transport, briefly, unless it has ended. */
  protected final void unlessEnded(Runnable action) {
    synchronized (answer) {
      if (!ended) {
        action.run();
      }
    }
  }

  /** Has {@code interrupt} called when it ends from outside, until the next call of this. */
  protected final void onEnd(@Nullable Runnable interrupt) {
    interruption = interrupt;
    if (ended && interrupt != null) {
      interrupt.run();
    }
  }

  /** Waits until woken, or the call has ended, or the time is over. Blocks. */
  protected final void pause(long timeoutMs) throws InterruptedException {
    boolean unused = signal.await(timeoutMs);
  }

  /** Waits for a future, or for the call's end. Blocks. */
  protected final void await(CompletableFuture<?> future) throws InterruptedException {
    var unused = future.whenComplete((value, failure) -> wake());
    while (!ended && !future.isDone()) {
      pause(WorkerLoop.UNTIL_WOKEN_MS);
    }
  }

  private void stop() {
    close(counted);
    close(time);
    signal.raise();
    Runnable interrupt = interruption;
    if (interrupt != null) {
      interrupt.run();
    }
  }

  private static void close(@Nullable Registration registration) {
    if (registration != null) {
      registration.close();
    }
  }

  @SuppressWarnings("CatchAllThrowable") // the last stop before the thread goes on to the next
  private void run() {
    try {
      if (!ended) {
        work();
      }
    } catch (BrokerException refusal) {
      fail(refusal);
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      BrokerException refusal = refusal(e);
      if (refusal == null) {
        LOG.error("a call ended by a defect", e);
        refusal =
            BrokerException.of(
                ErrorReason.ERROR_REASON_INTERNAL, "a defect of the daemon; see its log");
      }
      fail(refusal);
    }
  }
}
