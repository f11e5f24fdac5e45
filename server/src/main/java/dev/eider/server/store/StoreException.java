package dev.eider.server.store;

import org.jspecify.annotations.Nullable;

/**
 * Says that DuckDB cannot be used: for the moment, with nothing lost that was committed; or, if its
 * file is damaged, until that is restored.
 */
public class StoreException extends Exception {
  private static final long serialVersionUID = 1;

  private final Kind kind;

  public StoreException(String message) {
    this(Kind.UNAVAILABLE, message, null);
  }

  public StoreException(String message, @Nullable Throwable cause) {
    this(Kind.UNAVAILABLE, message, cause);
  }

  public StoreException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Returns whether DuckDB may use less memory than it needs. */
  public boolean isOutOfMemory() {
    return kind == Kind.OUT_OF_MEMORY;
  }

  /** Returns whether trying again is of no use until the file is restored. */
  public boolean isDamage() {
    return kind == Kind.DAMAGE;
  }

  /** What is wrong. */
  public enum Kind {
    /** Something that may be over when it is tried again. */
    UNAVAILABLE,
    /** DuckDB may use less memory than it needs. */
    OUT_OF_MEMORY,
    /** The file is damaged: trying again is of no use until it is restored. */
    DAMAGE
  }
}
