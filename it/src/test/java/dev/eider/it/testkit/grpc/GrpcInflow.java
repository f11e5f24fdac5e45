package dev.eider.it.testkit.grpc;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.eider.it.testkit.workload.Answer;
import dev.eider.it.testkit.workload.Inflow;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A streaming call that takes a response from the network for each that is pulled. Fed by the
 * connection's threads, pulled by one client.
 */
final class GrpcInflow<Q, R> extends ClientCall.Listener<R> implements Inflow<R> {
  private final ClientCall<Q, R> call;

  /** What came, and at the end nothing, which stays. */
  private final BlockingQueue<Optional<R>> arrived = new LinkedBlockingQueue<>();

  private volatile Answer<Boolean> end = Answer.unknown();

  private GrpcInflow(ClientCall<Q, R> call) {
    this.call = call;
  }

  static <Q, R> Inflow<R> open(
      Channel channel, MethodDescriptor<Q, R> method, CallOptions options, List<Q> requests) {
    GrpcInflow<Q, R> inflow = new GrpcInflow<>(channel.newCall(method, options));
    inflow.call.start(inflow, new Metadata());
    requests.forEach(inflow.call::sendMessage);
    inflow.call.halfClose();
    inflow.call.request(2);
    return inflow;
  }

  @Override
  public @Nullable R next(long atMostMs) {
    try {
      Optional<R> response = isOver() ? null : arrived.poll(atMostMs, MILLISECONDS);
      if (response == null) {
        return null;
      }
      if (response.isEmpty()) {
        arrived.add(response);
      } else {
        call.request(1);
      }
      return response.orElse(null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public boolean isOver() {
    Optional<R> first = arrived.peek();
    return first != null && first.isEmpty();
  }

  @Override
  public Answer<Boolean> end() {
    return end;
  }

  @Override
  public void close() {
    call.cancel("the reader leaves", null);
  }

  @Override
  public void onMessage(R response) {
    arrived.add(Optional.of(response));
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    end =
        status.isOk()
            ? Answer.of(true)
            : GrpcWire.answer(new StatusRuntimeException(status, trailers));
    arrived.add(Optional.empty());
  }
}
