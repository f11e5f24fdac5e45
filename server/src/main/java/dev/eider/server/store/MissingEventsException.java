package dev.eider.server.store;

/**
 * Events that are to be there are not: their run has been deleted since it was looked up, or the
 * file is damaged.
 */
public final class MissingEventsException extends StoreException {
  private static final long serialVersionUID = 1;

  public MissingEventsException(String message) {
    super(message);
  }
}
