package dev.eider.server.rpc;

import dev.eider.v1.GetServerInfoRequest;
import dev.eider.v1.GetServerInfoResponse;
import dev.eider.v1.ServerInfoServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** ServerInfoService. Thread-safe. */
final class ServerInfoEndpoint extends ServerInfoServiceGrpc.ServerInfoServiceImplBase {
  private final Supplier<GetServerInfoResponse> info;

  ServerInfoEndpoint(Supplier<GetServerInfoResponse> info) {
    this.info = info;
  }

  @Override
  public void getServerInfo(
      GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> responses) {
    responses.onNext(info.get());
    responses.onCompleted();
  }
}
