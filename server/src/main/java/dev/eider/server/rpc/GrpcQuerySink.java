package dev.eider.server.rpc;

import dev.eider.server.base.BrokerException;
import dev.eider.server.query.QuerySink;
import dev.eider.v1.QueryResponse;
import io.grpc.stub.ServerCallStreamObserver;

/** A gRPC stream of a query's answer. Used by one thread at a time. */
final class GrpcQuerySink implements QuerySink {
  private final ServerCallStreamObserver<QueryResponse> responses;

  GrpcQuerySink(ServerCallStreamObserver<QueryResponse> responses) {
    this.responses = responses;
  }

  @Override
  public boolean isReady() {
    return responses.isReady();
  }

  @Override
  public void next(QueryResponse response) {
    responses.onNext(response);
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
