package dev.eider.server.rpc;

import com.google.protobuf.ByteString;
import dev.eider.server.base.BrokerException;
import dev.eider.server.files.transfer.ExportSink;
import dev.eider.v1.ExportRunsResponse;
import io.grpc.stub.ServerCallStreamObserver;

/** A gRPC stream of a file. Used by one thread at a time. */
final class GrpcExportSink implements ExportSink {
  private final ServerCallStreamObserver<ExportRunsResponse> responses;

  GrpcExportSink(ServerCallStreamObserver<ExportRunsResponse> responses) {
    this.responses = responses;
  }

  @Override
  public boolean isReady() {
    return responses.isReady();
  }

  @Override
  public void next(ByteString data, long fileBytes) {
    responses.onNext(ExportRunsResponse.newBuilder().setData(data).setFileBytes(fileBytes).build());
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
