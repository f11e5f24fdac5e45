package dev.eider.server.rpc;

import dev.eider.server.base.BrokerException;
import dev.eider.server.base.ResponseStream;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** The responses of a gRPC call. Used by one thread at a time, but for {@link #isReady}. */
final class GrpcResponseStream<T> implements ResponseStream<T> {
  private final ServerCallStreamObserver<T> responses;

  GrpcResponseStream(StreamObserver<T> responses) {
    // Which is what gRPC gives every method of a server.
    this.responses = (ServerCallStreamObserver<T>) responses;
  }

  @Override
  public boolean isReady() {
    return responses.isReady();
  }

  @Override
  public void next(T response) {
    responses.onNext(response);
  }

  @Override
  public void end() {
    responses.onCompleted();
  }

  @Override
  public void fail(BrokerException refusal) {
    responses.onError(StatusMapper.toException(refusal));
  }
}
