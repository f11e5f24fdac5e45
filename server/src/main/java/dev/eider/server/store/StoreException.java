package dev.eider.server.store;

/** Says that DuckDB cannot be used at the moment; nothing that was committed is lost. */
public class StoreException extends Exception {
  private static final long serialVersionUID = 1;

  public StoreException(String message) {
    super(message);
  }

  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
