package dev.eider.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.eider.v1.ErrorReason;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A failed call, with the daemon's reason and details. Local failures, such as a missed deadline or
 * a broken publisher, have no reason. Immutable.
 */
public final class EiderException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final String DOMAIN = "eider.dev";
  private static final String REASON_PREFIX = "ERROR_REASON_";

  private final Status.Code code;
  private final ErrorReason reason;
  private final transient Map<String, String> metadata;
  private final @Nullable String field;
  private final @Nullable Duration retryDelay;

  private EiderException(String message, Details details, @Nullable Throwable cause) {
    super(message, cause);
    this.code = details.code;
    this.reason = details.reason;
    this.metadata = details.metadata;
    this.field = details.field;
    this.retryDelay = details.retryDelay;
  }

  /** Returns a failure that arose in this process. */
  static EiderException local(Status.Code code, String message) {
    return new EiderException(message, Details.of(code), null);
  }

  /** Converts what a failed call threw. */
  static EiderException of(Throwable thrown) {
    if (thrown instanceof EiderException known) {
      return known;
    }
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    if (status == null) {
      Details unknown = Details.of(Status.fromThrowable(thrown).getCode());
      return new EiderException(String.valueOf(thrown), unknown, thrown);
    }
    return of(status, thrown);
  }

  /** Converts the daemon's answer to one request of a stream. */
  static EiderException of(com.google.rpc.Status status) {
    return of(status, null);
  }

  private static EiderException of(com.google.rpc.Status status, @Nullable Throwable cause) {
    Details details = Details.of(status);
    String name =
        details.reason == ErrorReason.ERROR_REASON_UNSPECIFIED
            ? details.code.name()
            : details.reason.name().substring(REASON_PREFIX.length());
    return new EiderException(name + ": " + status.getMessage(), details, cause);
  }

  /**
   * Returns a failure with the given message that this one caused, such as that of a later call.
   */
  EiderException asCauseOf(String message) {
    Details details = new Details(code, reason, metadata, field, retryDelay);
    return new EiderException(message + ": " + getMessage(), details, this);
  }

  public Status.Code code() {
    return code;
  }

  /** Returns the daemon's reason; unspecified if it gave none, or one unknown to this version. */
  public ErrorReason reason() {
    return reason;
  }

  /** Returns the facts that came with the reason, such as {@code expected} and {@code actual}. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Returns the field at fault, such as {@code events[3].t}. */
  public Optional<String> field() {
    return Optional.ofNullable(field);
  }

  /** Returns the time that the daemon asks to wait before a retry. */
  public Optional<Duration> retryDelay() {
    return Optional.ofNullable(retryDelay);
  }

  /**
   * Returns whether the same request may succeed later unchanged. A publish may have been stored
   * nevertheless: repeat it with the same producer triple.
   */
  public boolean isRetriable() {
    return switch (reason) {
      case ERROR_REASON_OVERLOADED,
          ERROR_REASON_STORAGE_FULL,
          ERROR_REASON_STORAGE_UNAVAILABLE,
          ERROR_REASON_SHUTTING_DOWN,
          ERROR_REASON_WAIT_TIMED_OUT ->
          true;
      case ERROR_REASON_UNSPECIFIED ->
          code == Status.Code.UNAVAILABLE
              || code == Status.Code.UNKNOWN
              || code == Status.Code.DEADLINE_EXCEEDED;
      default -> false;
    };
  }

  /**
   * Returns whether the connection was lost, so that the outcome of the call is unknown. The daemon
   * gives every refusal a reason. A failure without one comes from the network or the library, in
   * several codes: UNKNOWN when the connection closes while a request is written, CANCELLED and
   * INTERNAL when the other side resets the stream.
   */
  private boolean isConnectionLost() {
    return reason == ErrorReason.ERROR_REASON_UNSPECIFIED
        && switch (code) {
          case UNAVAILABLE, UNKNOWN, CANCELLED, INTERNAL -> true;
          default -> false;
        };
  }

  /** Returns whether a stream that ended with this failure may be opened again. */
  boolean isStreamLost() {
    return isRetriable() || isConnectionLost();
  }

  /** Returns whether the daemon was unreachable, so that an idempotent call should be retried. */
  boolean isDaemonAway() {
    return code == Status.Code.UNAVAILABLE || isConnectionLost();
  }

  /** The code and the details of a status. */
  private record Details(
      Status.Code code,
      ErrorReason reason,
      Map<String, String> metadata,
      @Nullable String field,
      @Nullable Duration retryDelay) {

    static Details of(Status.Code code) {
      return new Details(code, ErrorReason.ERROR_REASON_UNSPECIFIED, Map.of(), null, null);
    }

    static Details of(com.google.rpc.Status status) {
      Details details = of(Status.fromCodeValue(status.getCode()).getCode());
      for (Any detail : status.getDetailsList()) {
        details = details.with(detail);
      }
      return details;
    }

    private Details with(Any detail) {
      ErrorInfo info = unpack(detail, ErrorInfo.class);
      if (info != null && info.getDomain().equals(DOMAIN)) {
        Map<String, String> facts = Map.copyOf(info.getMetadataMap());
        return new Details(code, reasonOf(info.getReason()), facts, field, retryDelay);
      }
      RetryInfo retry = unpack(detail, RetryInfo.class);
      if (retry != null) {
        Duration delay =
            Duration.ofSeconds(
                retry.getRetryDelay().getSeconds(), retry.getRetryDelay().getNanos());
        return new Details(code, reason, metadata, field, delay);
      }
      BadRequest bad = unpack(detail, BadRequest.class);
      if (bad != null && bad.getFieldViolationsCount() > 0) {
        return new Details(
            code, reason, metadata, bad.getFieldViolations(0).getField(), retryDelay);
      }
      return this;
    }

    private static ErrorReason reasonOf(String name) {
      for (ErrorReason reason : ErrorReason.values()) {
        if (reason.name().equals(REASON_PREFIX + name)) {
          return reason;
        }
      }
      return ErrorReason.ERROR_REASON_UNSPECIFIED;
    }

    /** Returns the detail as that type; null if it has another type or is damaged. */
    private static <T extends Message> @Nullable T unpack(Any detail, Class<T> type) {
      try {
        return detail.is(type) ? detail.unpack(type) : null;
      } catch (InvalidProtocolBufferException e) {
        return null;
      }
    }
  }
}
