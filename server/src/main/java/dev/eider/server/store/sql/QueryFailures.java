package dev.eider.server.store.sql;

import dev.eider.server.store.StoreException;
import dev.eider.server.store.connection.DuckDbErrors;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts into words that a query of the daemon's own failed, and the store did not. Damage of the
 * file shows only when it is read; it is said once for the operator, and to every caller.
 * Thread-safe.
 */
public final class QueryFailures {
  private static final Logger LOG = LoggerFactory.getLogger(QueryFailures.class);

  private final Path file;
  private final AtomicBoolean damageSaid = new AtomicBoolean();

  public QueryFailures(Path file) {
    this.file = file;
  }

  public StoreException of(SQLException e) {
    if (!DuckDbErrors.isDamagedFile(e)) {
      return new StoreException("a query failed: " + e.getMessage(), e);
    }
    String what = file + " is damaged; stop the daemon and restore it from a copy";
    if (damageSaid.compareAndSet(false, true)) {
      LOG.error("{}: {}", what, e.getMessage());
    }
    return StoreException.ofDamage(what + ": " + e.getMessage(), e);
  }
}
