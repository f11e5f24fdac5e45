package dev.eider.server.log;

/** Says that the log is in a format that this version cannot read. The log is not damaged. */
public final class LogFormatException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public LogFormatException(String message) {
    super(message);
  }
}
