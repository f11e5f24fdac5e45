package dev.eider.server.rpc;

import dev.eider.server.base.BrokerException;
import io.grpc.ServerCall;

/**
 * Hands on what arrives in a call, and ends the call at a request that is none; from there on the
 * method hears only that the call is over. For methods that do not answer before they have all of
 * what they ask for, or that answer on the network thread. Used by the network thread.
 */
final class CheckedListener<Q> extends ServerCall.Listener<Incoming<Q>> {
  private final CheckedCall<Q, ?> call;
  private final ServerCall.Listener<Q> method;

  CheckedListener(CheckedCall<Q, ?> call, ServerCall.Listener<Q> method) {
    this.call = call;
    this.method = method;
  }

  @Override
  public void onMessage(Incoming<Q> request) {
    if (call.isRefused()) {
      return;
    }
    Q message;
    try {
      message = request.orRefuse();
    } catch (BrokerException refusal) {
      call.refuse(StatusMapper.toException(refusal));
      return;
    }
    method.onMessage(message);
  }

  @Override
  public void onHalfClose() {
    if (!call.isRefused()) {
      method.onHalfClose();
    }
  }

  @Override
  public void onCancel() {
    method.onCancel();
  }

  @Override
  public void onComplete() {
    if (call.isRefused()) {
      method.onCancel();
    } else {
      method.onComplete();
    }
  }

  @Override
  public void onReady() {
    if (!call.isRefused()) {
      method.onReady();
    }
  }
}
