package dev.eider.server.rpc;

import dev.eider.server.base.BrokerException;
import dev.eider.server.read.NoticeSink;
import io.grpc.stub.ServerCallStreamObserver;

/** A gRPC stream of messages. Used by one thread at a time. */
final class GrpcNoticeSink<N> implements NoticeSink<N> {
  private final ServerCallStreamObserver<N> responses;

  GrpcNoticeSink(ServerCallStreamObserver<N> responses) {
    this.responses = responses;
  }

  @Override
  public boolean isReady() {
    return responses.isReady();
  }

  @Override
  public void notice(N notice) {
    responses.onNext(notice);
  }

  @Override
  public void complete() {
    responses.onCompleted();
  }

  @Override
  public void fail(BrokerException refusal) {
    responses.onError(StatusMapper.toException(refusal));
  }
}
