package dev.eider.server.query;

import dev.eider.server.hub.Hub;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.sql.SqlSession;
import java.util.function.LongSupplier;

/**
 * The parts of the daemon that queries use. Immutable.
 *
 * @param logEnd the log's end position
 * @param scratchBytes what other databases than the store may take at the moment, in bytes
 */
public record QueryDependencies(
    SessionSource sessions,
    ColdReader reader,
    Hub hub,
    LongSupplier logEnd,
    LongSupplier scratchBytes) {
  /** Lends sessions; blocks until there is one. */
  public interface SessionSource {
    SqlSession open() throws StoreException;
  }
}
