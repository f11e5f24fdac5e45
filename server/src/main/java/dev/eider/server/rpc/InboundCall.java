package dev.eider.server.rpc;

import dev.eider.server.base.BrokerException;
import io.grpc.Context;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one call holds of the inbound budget. gRPC tells it of bytes as they arrive, on the network
 * thread, while the request they belong to is not whole yet.
 *
 * <p>Measured in the encoding on the wire, or decompressed if that is more. Thread-safe.
 */
final class InboundCall extends ServerStreamTracer implements InboundBudget.Upload {
  private static final Context.Key<InboundCall> CURRENT = Context.key("eider-inbound-call");

  private final InboundBudget budget;
  private final AtomicLong held = new AtomicLong();

  // Written by the network thread, read by others that look for stalled uploads.
  private volatile long progressedAtNanos;

  // Written by the network thread when the call begins.
  private volatile @Nullable Consumer<BrokerException> refuser;
  private volatile boolean isStream;

  // Of the network thread.
  private long wireBytes;
  private long plainBytes;
  private boolean isRefused;

  InboundCall(InboundBudget budget) {
    this.budget = budget;
    progressedAtNanos = budget.nanoTime();
    budget.opened();
  }

  /** The call that is being begun on this thread. */
  static @Nullable InboundCall current() {
    return CURRENT.get();
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(CURRENT, this);
  }

  InboundBudget budget() {
    return budget;
  }

  /** Says how to refuse the call; to be called as it begins. */
  void onRefusal(Consumer<BrokerException> action) {
    refuser = action;
  }

  /** Says how to end the call, which is a stream of requests; takes the place of the former. */
  void onStreamRefusal(Consumer<BrokerException> action) {
    isStream = true;
    refuser = action;
  }

  @Override
  public void refuse(BrokerException refusal) {
    Consumer<BrokerException> action = refuser;
    if (action != null) {
      action.accept(refusal);
    }
  }

  /** Releases what the call holds, since its request has been handed on. Network thread. */
  void release() {
    wireBytes = 0;
    plainBytes = 0;
    budget.give(this, held.getAndSet(0));
  }

  @Override
  public long progressedAtNanos() {
    return progressedAtNanos;
  }

  @Override
  public void inboundWireSize(long bytes) {
    wireBytes += bytes;
    grow();
  }

  @Override
  public void inboundUncompressedSize(long bytes) {
    plainBytes += bytes;
    grow();
  }

  @Override
  public void streamClosed(Status status) {
    release();
    budget.closed(this);
  }

  private void grow() {
    long now = Math.max(wireBytes, plainBytes);
    long arrived = now - held.getAndSet(now);
    if (arrived > 0) {
      progressedAtNanos = budget.nanoTime();
      if (!budget.take(this, arrived, now, isStream) && !isRefused) {
        isRefused = true;
        refuse(budget.exceeded());
        budget.refuseStalled();
      }
    }
  }

  /** Gives every call its account. */
  static final class Factory extends ServerStreamTracer.Factory {
    private final InboundBudget budget;

    Factory(InboundBudget budget) {
      this.budget = budget;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(
        String fullMethodName, io.grpc.Metadata headers) {
      return new InboundCall(budget);
    }
  }
}
