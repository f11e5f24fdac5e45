package dev.eider.server.rpc;

import dev.eider.server.run.BrokerException;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Hands on what arrives in a call, and ends the call at a request that is none; from there on the
 * method hears only that the call is over. For methods that do not answer before they have all of
 * what they ask for, or that answer on the network thread. Used by the network thread.
 */
final class CheckedListener<Q> extends ServerCall.Listener<Incoming<Q>> {
  private final ServerCall<?, ?> call;
  private final ServerCall.Listener<Q> method;
  private boolean isRefused;

  CheckedListener(ServerCall<?, ?> call, ServerCall.Listener<Q> method) {
    this.call = call;
    this.method = method;
  }

  @Override
  public void onMessage(Incoming<Q> request) {
    Q message = request.message();
    if (isRefused) {
      return;
    }
    if (message != null) {
      method.onMessage(message);
    } else {
      isRefused = true;
      refuse(request.refusal());
    }
  }

  @Override
  public void onHalfClose() {
    if (!isRefused) {
      method.onHalfClose();
    }
  }

  @Override
  public void onCancel() {
    method.onCancel();
  }

  @Override
  public void onComplete() {
    if (isRefused) {
      method.onCancel();
    } else {
      method.onComplete();
    }
  }

  @Override
  public void onReady() {
    if (!isRefused) {
      method.onReady();
    }
  }

  private void refuse(@Nullable BrokerException refusal) {
    StatusRuntimeException answer =
        StatusMapper.toException(
            refusal == null ? new IllegalStateException("neither message nor refusal") : refusal);
    Metadata trailers = answer.getTrailers();
    call.close(answer.getStatus(), trailers == null ? new Metadata() : trailers);
  }
}
