package dev.eider.cli;

/** Ends a command with one line on stderr; the message says what is wrong and what to do. */
final class CliFailure extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final int exitCode;

  private CliFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** Says that the command could not do what it should. */
  static CliFailure failed(String message) {
    return new CliFailure(1, message);
  }

  /** Says that what was asked for makes no sense or is refused. */
  static CliFailure usage(String message) {
    return new CliFailure(2, message);
  }

  int exitCode() {
    return exitCode;
  }
}
