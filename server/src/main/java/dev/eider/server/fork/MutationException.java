package dev.eider.server.fork;

/** Says why a mutation does not apply. */
final class MutationException extends Exception {
  private static final long serialVersionUID = 1;

  MutationException(String message) {
    super(message, null, false, false);
  }
}
