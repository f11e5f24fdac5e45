package dev.eider.server.rpc;

import com.google.protobuf.MessageLite;
import dev.eider.server.base.BrokerException;
import dev.eider.server.event.SequencedEvent;
import dev.eider.server.read.EventSink;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;

/** A gRPC stream of events. Used by one thread at a time. */
final class GrpcEventSink<N extends MessageLite> implements EventSink<N> {
  private final ServerCallStreamObserver<EncodedResponse> responses;

  GrpcEventSink(ServerCallStreamObserver<EncodedResponse> responses) {
    this.responses = responses;
  }

  @Override
  public boolean isReady() {
    return responses.isReady();
  }

  @Override
  public void events(List<SequencedEvent> events) {
    responses.onNext(EncodedResponse.Events.of(events));
  }

  @Override
  public void notice(N notice) {
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
