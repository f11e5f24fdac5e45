package dev.eider.client;

import dev.eider.v1.ErrorReason;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Makes unary calls within a deadline for all retries. Blocks the caller. Thread-safe. */
record UnaryCalls(
    ManagedChannel channel, long deadlineNanos, Backoff backoff, LongSupplier nanoTime) {
  /** Calls once, without a retry. */
  <Q, R> R once(MethodDescriptor<Q, R> method, Q request) {
    return attempt(method, request, deadlineNanos);
  }

  /** Calls, and retries while the daemon is unreachable or OVERLOADED; for idempotent calls. */
  <Q, R> R retrying(MethodDescriptor<Q, R> method, Q request) {
    long endNanos = nanoTime.getAsLong() + deadlineNanos;
    RetryState retry = new RetryState(backoff, deadlineNanos);
    while (true) {
      try {
        return attempt(method, request, endNanos - nanoTime.getAsLong());
      } catch (EiderException e) {
        if (!mayPass(e) || channel.isShutdown()) {
          throw e;
        }
        long nowNanos = nanoTime.getAsLong();
        long asked = e.retryDelay().map(delay -> delay.toNanos()).orElse(0L);
        long delayNanos = retry.failed(nowNanos, asked);
        if (delayNanos == RetryState.GIVE_UP || nowNanos + delayNanos - endNanos >= 0) {
          throw e;
        }
        pause(delayNanos, e);
        // The channel's own backoff, of up to two minutes, must not delay ours.
        channel.resetConnectBackoff();
      }
    }
  }

  private static boolean mayPass(EiderException e) {
    return e.isDaemonAway() || e.reason() == ErrorReason.ERROR_REASON_OVERLOADED;
  }

  private <Q, R> R attempt(MethodDescriptor<Q, R> method, Q request, long nanos) {
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(nanos, TimeUnit.NANOSECONDS);
    try {
      return ClientCalls.blockingUnaryCall(channel, method, options, request);
    } catch (StatusRuntimeException e) {
      throw EiderException.of(e);
    }
  }

  private static void pause(long nanos, EiderException reason) {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw reason.asCauseOf("interrupted before a retry");
    }
  }
}
