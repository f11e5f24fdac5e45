package dev.eider.server.rpc;

import dev.eider.server.api.QueryRequests;
import dev.eider.server.files.transfer.ImportCall;
import dev.eider.server.files.transfer.Transfers;
import dev.eider.server.query.Queries;
import dev.eider.v1.ExportRunsRequest;
import dev.eider.v1.ExportRunsResponse;
import dev.eider.v1.ImportRunsRequest;
import dev.eider.v1.ImportRunsResponse;
import dev.eider.v1.QueryRequest;
import dev.eider.v1.QueryResponse;
import dev.eider.v1.QueryServiceGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** QueryService. Thread-safe. */
final class QueryEndpoint extends QueryServiceGrpc.QueryServiceImplBase {
  private final Queries queries;
  private final Transfers transfers;

  QueryEndpoint(Queries queries, Transfers transfers) {
    this.queries = queries;
    this.transfers = transfers;
  }

  @Override
  public void query(QueryRequest request, StreamObserver<QueryResponse> responses) {
    Responses.stream(responses, stream -> queries.call(QueryRequests.question(request), stream));
  }

  @Override
  public void exportRuns(ExportRunsRequest request, StreamObserver<ExportRunsResponse> responses) {
    Responses.stream(
        responses, stream -> transfers.export(QueryRequests.exportOrder(request), stream));
  }

  @Override
  public StreamObserver<ImportRunsRequest> importRuns(
      StreamObserver<ImportRunsResponse> responses) {
    ServerCallStreamObserver<ImportRunsResponse> transport =
        (ServerCallStreamObserver<ImportRunsResponse>) responses;
    transport.disableAutoRequest();
    ImportCall call =
        transfers.importRuns(new GrpcResponseStream<>(responses), () -> transport.request(1));
    try {
      Responses.start(responses, call);
    } catch (RuntimeException refusal) {
      Responses.refuse(responses, refusal);
    }
    return new ImportParts(call);
  }

  /** Hands a file's parts to an import. Used by the network thread. */
  private record ImportParts(ImportCall call) implements StreamObserver<ImportRunsRequest> {
    @Override
    public void onNext(ImportRunsRequest part) {
      call.next(part);
    }

    @Override
    public void onError(Throwable gone) {
      call.cancel();
    }

    @Override
    public void onCompleted() {
      call.sent();
    }
  }
}
