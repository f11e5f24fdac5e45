package dev.eider.it.testkit.grpc;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.eider.it.RawResponse;
import dev.eider.it.testkit.workload.Answer;
import dev.eider.it.testkit.workload.Inflow;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A streaming call that takes a response from the network for each that is pulled. Fed by the
 * connection's threads, pulled by one client.
 */
final class GrpcInflow<Q, M> extends ClientCall.Listener<RawResponse<M>> implements Inflow<M> {
  private final ClientCall<Q, RawResponse<M>> call;
  private final BlockingQueue<RawResponse<M>> arrived = new LinkedBlockingQueue<>();
  private volatile @Nullable Answer<Boolean> end;

  private GrpcInflow(ClientCall<Q, RawResponse<M>> call) {
    this.call = call;
  }

  static <Q, M> Inflow<M> open(
      Channel channel, MethodDescriptor<Q, RawResponse<M>> method, Q request) {
    GrpcInflow<Q, M> inflow = new GrpcInflow<>(channel.newCall(method, CallOptions.DEFAULT));
    inflow.call.start(inflow, new Metadata());
    inflow.call.sendMessage(request);
    inflow.call.halfClose();
    inflow.call.request(2);
    return inflow;
  }

  @Override
  public @Nullable RawResponse<M> next(long atMostMs) {
    try {
      RawResponse<M> response = arrived.poll();
      long leftMs = atMostMs;
      while (response == null && end == null && leftMs > 0) {
        response = arrived.poll(Math.min(leftMs, 10), MILLISECONDS);
        leftMs -= 10;
      }
      if (response != null) {
        call.request(1);
      }
      return response;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public boolean isOver() {
    return end != null && arrived.isEmpty();
  }

  @Override
  public Answer<Boolean> end() {
    Answer<Boolean> told = end;
    if (told == null) {
      throw new IllegalStateException("the stream goes on");
    }
    return told;
  }

  @Override
  public void close() {
    call.cancel("the reader leaves", null);
  }

  @Override
  public void onMessage(RawResponse<M> response) {
    arrived.add(response);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    end =
        status.isOk()
            ? Answer.of(true)
            : GrpcWire.answer(new StatusRuntimeException(status, trailers));
  }
}
