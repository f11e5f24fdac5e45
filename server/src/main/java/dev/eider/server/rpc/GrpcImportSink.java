package dev.eider.server.rpc;

import dev.eider.server.base.BrokerException;
import dev.eider.server.event.RunId;
import dev.eider.server.files.transfer.ImportSink;
import dev.eider.v1.ImportRunsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;

/** The answer to a gRPC stream that brings a file. Used by one thread at a time. */
final class GrpcImportSink implements ImportSink {
  private final ServerCallStreamObserver<ImportRunsResponse> responses;

  GrpcImportSink(ServerCallStreamObserver<ImportRunsResponse> responses) {
    this.responses = responses;
  }

  @Override
  public void requestNext() {
    responses.request(1);
  }

  @Override
  public void complete(List<RunId> runIds, long eventCount) {
    responses.onNext(
        ImportRunsResponse.newBuilder()
            .setRunCount(runIds.size())
            .setEventCount(eventCount)
            .addAllRunIds(runIds.stream().map(RunId::value).toList())
            .build());
    responses.onCompleted();
  }

  @Override
  public void fail(BrokerException refusal) {
    responses.onError(StatusMapper.toException(refusal));
  }
}
