package dev.eider.server.files.transfer;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Registration;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.base.Signal;
import dev.eider.server.base.StreamedCall;
import dev.eider.server.store.StoreException;
import dev.eider.v1.ErrorReason;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An export or import, on one thread from its begin to its end. Whoever ends it first (the work,
 * its time, the caller, the daemon's stop) gives the only answer; then the work stops soon and
 * removes its files. Thread-safe.
 */
abstract class TransferCall implements StreamedCall {
  private static final Logger LOG = LoggerFactory.getLogger(TransferCall.class);
  private static final long POLL_MS = 1_000;

  private final Transfers transfers;
  private final ResponseStream<?> responses;
  private final Signal signal;

  /** Guards the responses, which one thread may use at a time; nothing under it blocks. */
  private final Object answer = new Object();

  // Written under the lock on the answer.
  private volatile boolean ended;

  // Written by the starting thread, read by those that end it.
  private volatile @Nullable Registration time;

  // Written by the transfer thread, read by those that end it.
  private volatile @Nullable Runnable interruption;

  // Written by the transfer thread, read by the timer.
  private volatile boolean isWaiting;

  TransferCall(Transfers transfers, ResponseStream<?> responses, Signal signal) {
    this.transfers = transfers;
    this.responses = responses;
    this.signal = signal;
  }

  /** Begins; does not block. A refusal is thrown. */
  @Override
  public final void start() {
    transfers.execute(this, this::run);
    time = transfers.timer().after(transfers.bounds().msMax(), this::timeIsOver);
    if (ended) {
      stop();
    }
  }

  /** Says that there may be something to go on with; does not block. */
  @Override
  public final void wake() {
    signal.raise();
  }

  /** Ends it without an answer, since the caller has gone; does not block. */
  @Override
  public final void cancel() {
    synchronized (answer) {
      ended = true;
    }
    stop();
  }

  /** Ends it with a refusal, unless it has ended; does not block. */
  final void fail(BrokerException refusal) {
    synchronized (answer) {
      if (!ended) {
        ended = true;
        responses.fail(refusal);
      }
    }
    stop();
  }

  /** Does the work, and answers with {@link #tell}. Looks at {@link #hasEnded} in between. */
  abstract void work() throws StoreException, IOException, InterruptedException;

  final boolean hasEnded() {
    return ended;
  }

  final Transfers transfers() {
    return transfers;
  }

  /** Has {@code interrupt} called when it ends from outside, until the next call of this. */
  final void onEnd(@Nullable Runnable interrupt) {
    interruption = interrupt;
    if (ended && interrupt != null) {
      interrupt.run();
    }
  }

  /** Tells the caller something, unless it has ended. */
  final void tell(Runnable message) {
    synchronized (answer) {
      if (!ended) {
        message.run();
      }
    }
  }

  /** Tells the caller the last thing. */
  final void tellLast(Runnable message) {
    synchronized (answer) {
      if (!ended) {
        ended = true;
        message.run();
      }
    }
    stop();
  }

  /** Waits until woken, or a second. */
  final void pause() throws InterruptedException {
    signal.await(POLL_MS);
  }

  /** Waits for DuckDB to come so far in the log, or for the end. */
  final void awaitPersisted(long position) throws InterruptedException {
    isWaiting = true;
    CompletableFuture<Void> persisted = transfers.ground().hub().progress().await(position);
    var unused = persisted.whenComplete((done, failure) -> wake());
    while (!ended && !persisted.isDone()) {
      pause();
    }
    isWaiting = false;
  }

  private void timeIsOver() {
    long ms = transfers.bounds().msMax();
    fail(
        isWaiting
            ? BrokerException.of(
                    ErrorReason.ERROR_REASON_WAIT_TIMED_OUT,
                    "DuckDB did not take what was acknowledged within " + ms + " ms")
                .with("limit", ms)
            : limit("it took longer than " + ms + " ms (transfer-ms-max)", "limit_ms", ms));
  }

  private void stop() {
    transfers.remove(this);
    Registration running = time;
    if (running != null) {
      running.close();
    }
    signal.raise();
    Runnable interrupt = interruption;
    if (interrupt != null) {
      interrupt.run();
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
    } catch (StoreException e) {
      fail(unavailable("DuckDB cannot be asked at the moment: " + e.getMessage()));
    } catch (IOException e) {
      LOG.warn("an export or import failed", e);
      fail(unavailable("a file of the daemon's cannot be used: " + e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(unavailable("the daemon is stopping"));
    } catch (Exception e) {
      LOG.error("an export or import ended by a defect", e);
      fail(
          BrokerException.of(
              ErrorReason.ERROR_REASON_INTERNAL, "a defect of the daemon; see its log"));
    }
  }

  static BrokerException limit(String text, String key, long limit) {
    return BrokerException.of(ErrorReason.ERROR_REASON_QUERY_LIMIT, text).with(key, limit);
  }

  private static BrokerException unavailable(String text) {
    return BrokerException.of(ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE, text);
  }
}
