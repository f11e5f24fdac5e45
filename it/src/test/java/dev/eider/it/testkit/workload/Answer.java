package dev.eider.it.testkit.workload;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client was told: a value, a refusal, or neither, and then the outcome is open. Immutable.
 *
 * @param value null unless the call succeeded
 * @param reason the name of the refusal, empty unless it was refused
 * @param metadata what the refusal says besides
 * @param wasInDoubt whether some try before may have succeeded
 * @param <T> what the call answers
 */
public record Answer<T>(
    @Nullable T value, String reason, Map<String, String> metadata, boolean wasInDoubt) {
  /** The refusals after which the same request may be accepted, and was not. */
  private static final Set<String> NOT_NOW = Set.of("OVERLOADED", "STORAGE_FULL");

  public static <T> Answer<T> of(T value) {
    return new Answer<>(value, "", Map.of(), false);
  }

  public static <T> Answer<T> unknown() {
    return new Answer<>(null, "", Map.of(), true);
  }

  public static <T> Answer<T> refused(String reason, Map<String, String> metadata) {
    return new Answer<>(null, reason, metadata, false);
  }

  Answer<T> withDoubt(boolean inDoubt) {
    return new Answer<>(value, reason, metadata, inDoubt || wasInDoubt);
  }

  public boolean isOk() {
    return value != null;
  }

  public boolean isRefused() {
    return value == null && !reason.isEmpty();
  }

  /** Returns whether nobody knows what became of the call. */
  public boolean isUnknown() {
    return value == null && reason.isEmpty();
  }

  public boolean isNotNow() {
    return NOT_NOW.contains(reason);
  }
}
