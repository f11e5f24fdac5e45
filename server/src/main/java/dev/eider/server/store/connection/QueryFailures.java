package dev.eider.server.store.connection;

import dev.eider.server.store.StoreException;
import dev.eider.server.store.StoreException.Kind;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes exceptions of queries of the daemon's own that failed while the store did not. Damage of
 * the file shows only when it is read: it is logged once, and every caller gets it. Thread-safe.
 */
final class QueryFailures {
  private static final Logger LOG = LoggerFactory.getLogger(QueryFailures.class);

  private final Path file;
  private final AtomicBoolean damageSaid = new AtomicBoolean();

  QueryFailures(Path file) {
    this.file = file;
  }

  StoreException of(SQLException e) {
    if (!DuckDbErrors.isDamagedFile(e)) {
      return DuckDbErrors.storeException("a query failed: " + e.getMessage(), e);
    }
    String what = file + " is damaged; stop the daemon and restore it from a copy";
    if (damageSaid.compareAndSet(false, true)) {
      LOG.error("{}: {}", what, e.getMessage());
    }
    return new StoreException(Kind.DAMAGE, what + ": " + e.getMessage(), e);
  }
}
