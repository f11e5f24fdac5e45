package dev.eider.client;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.eider.v1.ErrorReason;
import io.grpc.Status.Code;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Errors as the daemon sends them, and as the client throws them. */
final class Errors {
  private Errors() {}

  /** Returns the failure of a call that must fail. */
  static EiderException thrownBy(ThrowingCallable call) {
    return catchThrowableOfType(EiderException.class, call);
  }

  static Status of(ErrorReason reason, Map<String, String> metadata) {
    Code code =
        switch (reason) {
          case ERROR_REASON_OVERLOADED, ERROR_REASON_STORAGE_FULL -> Code.RESOURCE_EXHAUSTED;
          case ERROR_REASON_SHUTTING_DOWN, ERROR_REASON_STORAGE_UNAVAILABLE -> Code.UNAVAILABLE;
          case ERROR_REASON_RUN_NOT_FOUND -> Code.NOT_FOUND;
          case ERROR_REASON_INVALID_EVENT -> Code.INVALID_ARGUMENT;
          default -> Code.FAILED_PRECONDITION;
        };
    String name = reason.name().substring("ERROR_REASON_".length());
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setReason(name)
            .setDomain("eider.dev")
            .putAllMetadata(metadata)
            .build();
    return Status.newBuilder()
        .setCode(code.value())
        .setMessage("refused with " + name)
        .addDetails(Any.pack(info))
        .build();
  }

  static Status overloaded(int retryMs) {
    RetryInfo retry =
        RetryInfo.newBuilder()
            .setRetryDelay(Duration.newBuilder().setNanos(retryMs * 1_000_000))
            .build();
    return of(ErrorReason.ERROR_REASON_OVERLOADED, Map.of("limit", "1")).toBuilder()
        .addDetails(Any.pack(retry))
        .build();
  }

  static Status invalidEvent(String field) {
    BadRequest bad =
        BadRequest.newBuilder()
            .addFieldViolations(BadRequest.FieldViolation.newBuilder().setField(field))
            .build();
    return of(ErrorReason.ERROR_REASON_INVALID_EVENT, Map.of("field", field)).toBuilder()
        .addDetails(Any.pack(bad))
        .build();
  }
}
