package dev.eider.it;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * An error as a client sees it. Immutable.
 *
 * @param reason empty when the status has no ErrorInfo
 * @param fields those that BadRequest names
 */
public record Refusal(
    Status.Code code,
    String reason,
    String domain,
    Map<String, String> metadata,
    List<String> fields,
    boolean hasRetryDelay,
    String message) {

  /** Makes a call that must be refused. */
  public static Refusal of(ThrowingCallable call) {
    Throwable thrown = Assertions.catchThrowable(call);
    Assertions.assertThat(thrown).as("a refusal").isInstanceOf(StatusRuntimeException.class);
    return of((StatusRuntimeException) thrown);
  }

  public static Refusal of(StatusRuntimeException thrown) {
    return of(StatusProto.fromThrowable(thrown));
  }

  public static Refusal of(com.google.rpc.Status status) {
    ErrorInfo info = detail(status, ErrorInfo.class).orElse(ErrorInfo.getDefaultInstance());
    List<String> fields =
        detail(status, BadRequest.class).stream()
            .flatMap(bad -> bad.getFieldViolationsList().stream())
            .map(BadRequest.FieldViolation::getField)
            .toList();
    return new Refusal(
        Status.fromCodeValue(status.getCode()).getCode(),
        info.getReason(),
        info.getDomain(),
        info.getMetadataMap(),
        fields,
        detail(status, RetryInfo.class).isPresent(),
        status.getMessage());
  }

  private static <T extends Message> Optional<T> detail(
      com.google.rpc.Status status, Class<T> type) {
    for (Any any : status.getDetailsList()) {
      if (any.is(type)) {
        try {
          return Optional.of(any.unpack(type));
        } catch (InvalidProtocolBufferException e) {
          throw new UncheckedIOException("a status with a broken detail", e);
        }
      }
    }
    return Optional.empty();
  }

  /** Holds this refusal to a reason and its code. */
  public Refusal shouldBe(Status.Code expectedCode, String expectedReason) {
    Assertions.assertThat(reason).as("reason of %s", this).isEqualTo(expectedReason);
    Assertions.assertThat(code).as("code of %s", this).isEqualTo(expectedCode);
    Assertions.assertThat(domain).as("domain of %s", this).isEqualTo("eider.dev");
    return this;
  }
}
