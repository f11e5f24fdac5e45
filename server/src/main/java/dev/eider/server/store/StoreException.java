package dev.eider.server.store;

import dev.eider.server.store.connection.DuckDbErrors;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Says that DuckDB cannot be used: at the moment, when nothing that was committed is lost, or, when
 * its file is damaged, until that is restored.
 */
public class StoreException extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean isDamage;

  public StoreException(String message) {
    this(message, null, false);
  }

  public StoreException(String message, @Nullable Throwable cause) {
    this(message, cause, false);
  }

  private StoreException(String message, @Nullable Throwable cause, boolean isDamage) {
    super(message, cause);
    this.isDamage = isDamage;
  }

  /** Says that the file is damaged, so that trying again is of no use. */
  public static StoreException ofDamage(String message, Throwable cause) {
    return new StoreException(message, cause, true);
  }

  /** Whether DuckDB has less memory than it takes. */
  public boolean isOutOfMemory() {
    return getCause() instanceof SQLException cause && DuckDbErrors.isOutOfMemory(cause);
  }

  /** Whether trying again is of no use until the file is restored. */
  public boolean isDamage() {
    return isDamage;
  }
}
