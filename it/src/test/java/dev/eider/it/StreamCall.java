package dev.eider.it;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/**
 * One call that the daemon answers with a stream, and that may take nothing from the network for a
 * while. Responses are fed on the connection's threads, one at a time; the other methods are for
 * the test thread.
 *
 * @param <Q> the request
 * @param <M> a response
 */
public abstract class StreamCall<Q, M> implements AutoCloseable {
  private static final Duration LEAVING = Duration.ofSeconds(10);

  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private final ClientCall<Q, M> call;
  private volatile Metadata trailers = new Metadata();
  private volatile boolean reading;

  /**
   * @param reading whether it takes from the network before {@link #readOn}
   */
  protected StreamCall(Channel channel, MethodDescriptor<Q, M> method, boolean reading) {
    this.reading = reading;
    this.call = channel.newCall(method, CallOptions.DEFAULT);
  }

  protected final void start(Q request) {
    call.start(new Listener(), new Metadata());
    call.sendMessage(request);
    call.halfClose();
    if (reading) {
      call.request(1);
    }
  }

  /** Takes a response; what it throws is thrown to who waits for the end. */
  protected abstract void take(M response);

  /** Ends a stall. */
  public final void readOn() {
    reading = true;
    call.request(1);
  }

  public final boolean hasEnded() {
    return ended.isDone();
  }

  /** Waits until something is the case; fails when the stream ends before. */
  protected final void await(String what, Duration atMost, BooleanSupplier isThere) {
    Awaitility.await(what)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> isThere.getAsBoolean() || hasEnded());
    if (!isThere.getAsBoolean()) {
      throw new AssertionError("the stream ended before " + what + ": " + awaitEnd(atMost));
    }
  }

  /** Waits for the end, and throws what was found broken. */
  public final Status awaitEnd(Duration atMost) {
    try {
      return ended.get(atMost.toMillis(), MILLISECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("the stream still ran after " + atMost + ": " + this, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Returns the error that the stream ended with. */
  public final Refusal awaitRefusal(Duration atMost) {
    return Refusal.of(new StatusRuntimeException(awaitEnd(atMost), trailers));
  }

  /** Leaves the stream, and waits until no more is fed. */
  @Override
  public final void close() {
    call.cancel("the reader leaves", null);
    try {
      ended.handle((status, error) -> true).get(LEAVING.toMillis(), MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("a cancelled call did not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Listener extends ClientCall.Listener<M> {
    @Override
    public void onMessage(M response) {
      try {
        take(response);
        if (reading) {
          call.request(1);
        }
      } catch (AssertionError | RuntimeException broken) {
        ended.completeExceptionally(broken);
        call.cancel("the stream broke its promise", broken);
      }
    }

    @Override
    public void onClose(Status status, Metadata statusTrailers) {
      trailers = statusTrailers;
      ended.complete(status);
    }
  }
}
