package dev.eider.server.rpc;

import dev.eider.server.api.ErrorCatalogue;
import dev.eider.server.base.BrokerException;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/** Makes every gRPC status that this daemon answers with. */
final class StatusMapper {
  /** Turns whatever ended a call into what its caller gets; a defect is logged. */
  static StatusRuntimeException toException(Throwable failure) {
    return StatusProto.toStatusRuntimeException(ErrorCatalogue.toStatus(failure));
  }

  /** Ends a call with a refusal. */
  static void close(ServerCall<?, ?> call, BrokerException refusal) {
    StatusRuntimeException thrown = toException(refusal);
    Metadata trailers = thrown.getTrailers();
    call.close(thrown.getStatus(), trailers == null ? new Metadata() : trailers);
  }
}
