package dev.eider.it.sim;

import dev.eider.server.base.BrokerException;
import dev.eider.v1.ErrorReason;
import org.jspecify.annotations.Nullable;

/**
 * What a client was told: a value, a refusal, or neither, and then the outcome is open.
 *
 * @param <T> what the call answers
 */
record Answer<T>(@Nullable T value, @Nullable BrokerException refusal) {
  static <T> Answer<T> unknown() {
    return new Answer<>(null, null);
  }

  boolean isOk() {
    return value != null;
  }

  boolean isUnknown() {
    return value == null && refusal == null;
  }

  boolean isRefusedFor(ErrorReason reason) {
    return refusal != null && refusal.reason() == reason;
  }

  /** Says whether the same request may be accepted later. */
  boolean isWorthARetry() {
    if (refusal == null) {
      return value == null;
    }
    return switch (refusal.reason()) {
      case ERROR_REASON_OVERLOADED,
          ERROR_REASON_STORAGE_FULL,
          ERROR_REASON_STORAGE_UNAVAILABLE,
          ERROR_REASON_SHUTTING_DOWN ->
          true;
      default -> false;
    };
  }
}
