package dev.eider.server.log;

/** Says that acknowledged records are damaged or missing: where, and what the operator can do. */
public final class LogCorruptedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public LogCorruptedException(String message) {
    super(message);
  }
}
