package dev.eider.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One server stream that its consumer pulls: the call's callbacks, parsing included, run on the
 * reading thread. At most {@value #BUFFERED_MAX} responses are requested ahead, so a slow consumer
 * buffers that many, and backpressure keeps the rest in the daemon.
 *
 * <p>Owned by the consuming thread, except {@link #cancel}, which any thread may call.
 */
final class ResponseReader<Q, R, P> extends ClientCall.Listener<R> {
  static final int BUFFERED_MAX = 4;

  private final Function<R, P> toPart;
  private final ClientCall<Q, R> call;
  // Bounded by the requested responses: one task for each, and a few for the end.
  private final BlockingQueue<Runnable> callbacks = new LinkedBlockingQueue<>();
  private final Queue<R> received = new ArrayDeque<>(BUFFERED_MAX);
  private @Nullable EiderException failure;
  private boolean ended;

  ResponseReader(Channel channel, MethodDescriptor<Q, R> method, Function<R, P> toPart) {
    this.toPart = toPart;
    this.call = channel.newCall(method, CallOptions.DEFAULT.withExecutor(callbacks::add));
  }

  /** Opens the stream. Does not block. */
  ResponseReader<Q, R, P> start(Q request) {
    call.start(this, new Metadata());
    call.request(BUFFERED_MAX);
    call.sendMessage(request);
    call.halfClose();
    return this;
  }

  /** Returns the next response, or null at the timeout and at the end of the stream. Blocks. */
  @Nullable P read(long timeoutNanos) throws InterruptedException {
    runCallbacks();
    if (received.isEmpty() && !ended && timeoutNanos > 0) {
      Runnable callback = callbacks.poll(timeoutNanos, TimeUnit.NANOSECONDS);
      if (callback != null) {
        callback.run();
        runCallbacks();
      }
    }
    R response = received.poll();
    if (response == null) {
      return null;
    }
    if (!ended) {
      call.request(1);
    }
    return toPart.apply(response);
  }

  /** Returns whether the stream has ended and all responses were read. */
  boolean hasEnded() {
    return ended && received.isEmpty();
  }

  /** Returns why the stream failed; null if it ended without a failure. */
  @Nullable EiderException failure() {
    return failure;
  }

  /** Cancels the stream and wakes the reading thread. Any thread. */
  void cancel() {
    call.cancel("the reader was closed", null);
    callbacks.add(() -> {});
  }

  @Override
  public void onMessage(R message) {
    received.add(message);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    ended = true;
    failure = status.isOk() ? null : EiderException.of(status.asRuntimeException(trailers));
  }

  private void runCallbacks() {
    for (Runnable next = callbacks.poll(); next != null; next = callbacks.poll()) {
      next.run();
    }
  }
}
