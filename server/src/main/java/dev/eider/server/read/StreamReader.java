package dev.eider.server.read;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.Registration;
import dev.eider.server.base.ResponseStream;
import dev.eider.server.base.StreamedCall;
import dev.eider.v1.ErrorReason;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream to one reader, moved on in steps.
 *
 * <p>Anybody may {@link #wake} it: the transport when it can take more, a tail when it has more, a
 * timer. However many wake it, one thread at a time runs a step; a wake-up during a step leads to
 * another step. A step sends what it can without blocking and says how to go on.
 */
public abstract class StreamReader implements StreamedCall {
  private static final Logger LOG = LoggerFactory.getLogger(StreamReader.class);

  private static final long RETRY_MS = 200;

  /** How to go on after a step. */
  public enum Next {
    /** Wait to be woken. */
    PARK,
    /** Go on soon, after others had their turn. */
    LIVE,
    /** Go on where blocking on DuckDB is allowed. */
    COLD
  }

  private final ReaderPools pools;
  private final ReaderRegistry registry;
  private final ResponseStream<?> responses;
  private final AtomicInteger wakeUps = new AtomicInteger();
  private final AtomicBoolean released = new AtomicBoolean();

  // Written by any thread, read by the step.
  private volatile @Nullable BrokerException ending;
  private volatile boolean over;

  // Written at the start, read by whoever ends the stream.
  private volatile @Nullable Registration registration;

  public StreamReader(ReaderPools pools, ReaderRegistry registry, ResponseStream<?> responses) {
    this.pools = pools;
    this.registry = registry;
    this.responses = responses;
  }

  /** Begins; throws OVERLOADED if there are as many streams as may be. */
  @Override
  public final void start() {
    try {
      registration = registry.add(this::end);
      if (over) {
        registration.close();
      }
    } catch (BrokerException refusal) {
      cancel();
      throw refusal;
    }
    wake();
  }

  /** Has a step run soon. Thread-safe; does not block. */
  @Override
  public final void wake() {
    if (wakeUps.getAndIncrement() == 0) {
      schedule(Next.LIVE);
    }
  }

  /**
   * Has a step run at once, on this thread, unless one is under way or waits for its turn already;
   * then that one, or another one after it, will do. For live threads.
   */
  final void wakeHere() {
    if (wakeUps.getAndIncrement() == 0) {
      run(false);
    }
  }

  /** Ends the stream with a refusal. Thread-safe; does not block. */
  public final void end(BrokerException refusal) {
    ending = refusal;
    wake();
  }

  /** Releases everything, since the caller has gone. Thread-safe; does not block. */
  @Override
  public final void cancel() {
    over = true;
    releaseOnce();
  }

  /** Sends what can be sent, with DuckDB if it may block; throws a refusal to end the stream. */
  protected abstract Next step(boolean mayBlock);

  /** Returns whether a step that failed like this is to be tried again a little later. */
  protected boolean outlives(BrokerException failure) {
    return false;
  }

  /** Undoes what the reader has others do for it. Called once, by any thread. */
  protected abstract void release();

  protected final ReaderPools pools() {
    return pools;
  }

  /** Returns how large the next page may be. */
  protected final long pageBytesMax() {
    return registry.pageBytesMax();
  }

  /** Returns whether the stream has ended, or its caller has gone. */
  protected final boolean isOver() {
    return over;
  }

  /** Ends the stream well. For steps only. */
  protected final Next complete() {
    over = true;
    responses.end();
    releaseOnce();
    return Next.PARK;
  }

  private void run(boolean mayBlock) {
    int seen = wakeUps.get();
    Next next = over ? Next.PARK : stepOrFail(mayBlock);
    if (next != Next.PARK) {
      schedule(next);
    } else if (wakeUps.addAndGet(-seen) != 0) {
      schedule(Next.LIVE);
    }
  }

  private Next stepOrFail(boolean mayBlock) {
    try {
      BrokerException refusal = ending;
      if (refusal != null) {
        throw refusal;
      }
      return step(mayBlock);
    } catch (BrokerException refusal) {
      if (ending == null && outlives(refusal)) {
        var unused = pools.timer().after(RETRY_MS, this::wake);
      } else {
        fail(refusal);
      }
    } catch (RuntimeException defect) {
      LOG.error("a stream ended by a defect", defect);
      fail(
          BrokerException.of(
              ErrorReason.ERROR_REASON_INTERNAL, "the stream ended by a defect of the daemon"));
    }
    return Next.PARK;
  }

  private void fail(BrokerException refusal) {
    over = true;
    responses.fail(refusal);
    releaseOnce();
  }

  private void releaseOnce() {
    if (released.compareAndSet(false, true)) {
      Registration counted = registration;
      if (counted != null) {
        counted.close();
      }
      release();
    }
  }

  private void schedule(Next next) {
    boolean mayBlock = next == Next.COLD;
    try {
      (mayBlock ? pools.cold() : pools.live()).execute(() -> run(mayBlock));
    } catch (RejectedExecutionException e) {
      LOG.debug("a stream is woken while the daemon stops", e);
    }
  }
}
