package dev.eider.server.store;

/**
 * Says that events are missing: their run has been deleted since it was looked up, or the file is
 * damaged.
 */
public final class MissingEventsException extends StoreException {
  private static final long serialVersionUID = 1;

  public MissingEventsException(String message) {
    super(message);
  }
}
