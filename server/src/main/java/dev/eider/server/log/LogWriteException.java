package dev.eider.server.log;

import org.jspecify.annotations.Nullable;

/** Says that a batch is not durable, and why. */
public final class LogWriteException extends Exception {
  private static final long serialVersionUID = 1;

  /** The ways for the caller to go on. */
  public enum Kind {
    /** The disk is full: the batch left nothing behind; try again when there is space. */
    FULL,
    /** The batch failed and left nothing that could come back; the next one may be tried. */
    FAILED,
    /** The disk can no longer be trusted: the log takes no more batches. */
    BROKEN
  }

  private final Kind kind;

  public LogWriteException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
