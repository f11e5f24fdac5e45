package dev.eider.server.base;

import dev.eider.v1.ErrorReason;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request that is refused, with everything its caller is told. Immutable; carries no stack trace,
 * since it is an answer and not a defect.
 */
public final class BrokerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ErrorReason reason;
  private final transient Map<String, String> metadata;
  private final @Nullable String field;

  private BrokerException(
      ErrorReason reason, String message, Map<String, String> metadata, @Nullable String field) {
    super(message, null, false, false);
    this.reason = reason;
    this.metadata = metadata;
    this.field = field;
  }

  /** Refuses for a reason that has nothing to do with one field. */
  public static BrokerException of(ErrorReason reason, String message) {
    return new BrokerException(reason, message, Map.of(), null);
  }

  public static BrokerException notFound(String message) {
    return of(ErrorReason.ERROR_REASON_RUN_NOT_FOUND, message);
  }

  /** Says that a run is gone, in the same words to everybody. */
  public static BrokerException deleted(Object runId) {
    return notFound("run " + runId + " was deleted; its id is not used again")
        .with("deleted", true);
  }

  public static BrokerException unavailable(String message) {
    return of(ErrorReason.ERROR_REASON_STORAGE_UNAVAILABLE, message);
  }

  /** Refuses since there are as many as may be. */
  public static BrokerException overloaded(String message, long limit) {
    return of(ErrorReason.ERROR_REASON_OVERLOADED, message).with("limit", limit);
  }

  /** Refuses because of one field, named as {@code events[3].t}. */
  public static BrokerException ofField(ErrorReason reason, String field, String problem) {
    return new BrokerException(reason, field + ": " + problem, Map.of("field", field), field);
  }

  /** Returns this refusal with one more fact for programs to read. */
  public BrokerException with(String key, Object value) {
    Map<String, String> more = new TreeMap<>(metadata);
    more.put(key, String.valueOf(value));
    return new BrokerException(reason, text(), Map.copyOf(more), field);
  }

  public ErrorReason reason() {
    return reason;
  }

  /** Facts for programs, as they go into {@code google.rpc.ErrorInfo}. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Returns the field at fault, or null when the request as a whole is. */
  public @Nullable String field() {
    return field;
  }

  /** Returns the message, for people. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
