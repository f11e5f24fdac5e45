package dev.eider.server.base;

import com.google.errorprone.annotations.FormatMethod;
import org.jspecify.annotations.Nullable;

/** Checks that are always on. A broken invariant is a defect, which stops the daemon. */
public final class Invariants {
  private Invariants() {}

  /** Throws InvariantBroken if {@code holds} is false. */
  @FormatMethod
  public static void require(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new InvariantBroken(String.format(message, arguments));
    }
  }

  /** Returns a value, or throws InvariantBroken if it is null. */
  @FormatMethod
  public static <T> T requireNonNull(@Nullable T value, String message, Object... arguments) {
    if (value == null) {
      throw new InvariantBroken(String.format(message, arguments));
    }
    return value;
  }

  /** Names the invariant that was broken. */
  public static final class InvariantBroken extends IllegalStateException {
    private static final long serialVersionUID = 1;

    InvariantBroken(String message) {
      super(message);
    }
  }
}
