package dev.eider.server.rpc;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.LogSink;
import dev.eider.v1.SubscribeAllResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;

/** A gRPC stream of all runs' events. Used by one thread at a time. */
final class GrpcLogSink implements LogSink {
  private final ServerCallStreamObserver<EncodedResponse> responses;

  GrpcLogSink(ServerCallStreamObserver<EncodedResponse> responses) {
    this.responses = responses;
  }

  @Override
  public boolean isReady() {
    return responses.isReady();
  }

  @Override
  public void events(List<SequencedEvent> events, byte[] resumeToken) {
    responses.onNext(
        new EncodedResponse.TokenedEvents(EncodedResponse.Events.of(events), resumeToken));
  }

  @Override
  public void notice(SubscribeAllResponse notice) {
    responses.onNext(new EncodedResponse.Plain(notice));
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
