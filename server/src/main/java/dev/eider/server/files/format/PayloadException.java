package dev.eider.server.files.format;

/** Says what is wrong with a payload. */
final class PayloadException extends Exception {
  private static final long serialVersionUID = 1;

  PayloadException(String message) {
    super(message, null, false, false);
  }
}
