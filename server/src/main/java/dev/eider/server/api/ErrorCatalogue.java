package dev.eider.server.api;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What callers are told of a refusal: code, reason, field, when to try again. Thread-safe. */
public final class ErrorCatalogue {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorCatalogue.class);
  private static final String DOMAIN = "eider.dev";
  private static final String REASON_PREFIX = "ERROR_REASON_";

  /**
   * A message goes out three times, as text in up to three bytes a byte; with a longer one the
   * trailers exceed the 8 KiB that most clients take, and they see another error.
   */
  private static final int TEXT_BYTES_MAX = 900;

  private static final Duration RETRY_DELAY = Duration.newBuilder().setNanos(100_000_000).build();

  private ErrorCatalogue() {}

  /** Turns whatever ended a call or refused a request into its caller's answer; logs a defect. */
  public static Status toStatus(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof BrokerException refusal) {
      return toStatus(refusal);
    }
    LOG.error("a call ended by a defect", cause);
    return toStatus(
        BrokerException.of(
            ErrorReason.ERROR_REASON_INTERNAL, "a defect of the daemon; see its log"));
  }

  private static Status toStatus(BrokerException refusal) {
    String name = refusal.reason().name();
    String text = shortened(refusal.text());
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setReason(name.substring(REASON_PREFIX.length()))
            .setDomain(DOMAIN)
            .putAllMetadata(refusal.metadata())
            .build();
    Status.Builder status =
        Status.newBuilder()
            .setCode(code(refusal.reason()).getNumber())
            .setMessage(text)
            .addDetails(Any.pack(info));
    if (refusal.field() != null) {
      status.addDetails(Any.pack(badRequest(refusal.field(), text)));
    }
    if (refusal.reason() == ErrorReason.ERROR_REASON_OVERLOADED) {
      status.addDetails(Any.pack(RetryInfo.newBuilder().setRetryDelay(RETRY_DELAY).build()));
    }
    return status.build();
  }

  private static String shortened(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      bytes += text.charAt(i) < 0x80 ? 1 : text.charAt(i) < 0x800 ? 2 : 3;
      if (bytes > TEXT_BYTES_MAX) {
        int end = Character.isLowSurrogate(text.charAt(i)) ? i - 1 : i;
        return text.substring(0, end) + "...";
      }
    }
    return text;
  }

  private static BadRequest badRequest(String field, String description) {
    return BadRequest.newBuilder()
        .addFieldViolations(
            BadRequest.FieldViolation.newBuilder().setField(field).setDescription(description))
        .build();
  }

  private static Code code(ErrorReason reason) {
    return switch (reason) {
      case ERROR_REASON_RUN_NOT_FOUND, ERROR_REASON_TURN_NOT_FOUND -> Code.NOT_FOUND;
      case ERROR_REASON_RUN_ALREADY_EXISTS, ERROR_REASON_FORK_ALREADY_EXISTS -> Code.ALREADY_EXISTS;
      case ERROR_REASON_RUN_CLOSED,
          ERROR_REASON_SEQ_MISMATCH,
          ERROR_REASON_PRODUCER_GAP,
          ERROR_REASON_SNAPSHOT_MISSING,
          ERROR_REASON_SNAPSHOT_OPAQUE,
          ERROR_REASON_RUN_HAS_FORKS,
          ERROR_REASON_RUN_OPEN,
          ERROR_REASON_RUN_READ_ONLY ->
          Code.FAILED_PRECONDITION;
      case ERROR_REASON_PRODUCER_FENCED -> Code.ABORTED;
      case ERROR_REASON_INVALID_RUN_ID,
          ERROR_REASON_INVALID_EVENT,
          ERROR_REASON_INVALID_REQUEST,
          ERROR_REASON_MUTATION_INVALID,
          ERROR_REASON_INVALID_QUERY,
          ERROR_REASON_INVALID_RESUME_TOKEN,
          ERROR_REASON_INVALID_FILE,
          ERROR_REASON_BATCH_TOO_LARGE ->
          Code.INVALID_ARGUMENT;
      case ERROR_REASON_SEQ_BEYOND_HEAD -> Code.OUT_OF_RANGE;
      case ERROR_REASON_OVERLOADED, ERROR_REASON_STORAGE_FULL, ERROR_REASON_QUERY_LIMIT ->
          Code.RESOURCE_EXHAUSTED;
      case ERROR_REASON_STORAGE_UNAVAILABLE, ERROR_REASON_SHUTTING_DOWN -> Code.UNAVAILABLE;
      case ERROR_REASON_WAIT_TIMED_OUT -> Code.DEADLINE_EXCEEDED;
      case ERROR_REASON_INTERNAL, ERROR_REASON_UNSPECIFIED, UNRECOGNIZED -> Code.INTERNAL;
    };
  }
}
