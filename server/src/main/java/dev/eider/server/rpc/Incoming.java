package dev.eider.server.rpc;

import dev.eider.server.base.BrokerException;
import org.jspecify.annotations.Nullable;

/** What arrived as a request: the message, or why it is none. Immutable. */
public record Incoming<T>(@Nullable T message, @Nullable BrokerException refusal) {
  static <T> Incoming<T> of(T message) {
    return new Incoming<>(message, null);
  }

  static <T> Incoming<T> refused(BrokerException refusal) {
    return new Incoming<>(null, refusal);
  }

  /** Returns the message, or throws the refusal. */
  T orRefuse() {
    if (message != null) {
      return message;
    }
    throw refusal == null ? new IllegalStateException("neither message nor refusal") : refusal;
  }
}
