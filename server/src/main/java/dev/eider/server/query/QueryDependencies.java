package dev.eider.server.query;

import dev.eider.server.hub.Hub;
import dev.eider.server.store.ColdReader;
import dev.eider.server.store.StoreException;
import dev.eider.server.store.sql.SqlSession;
import java.util.function.LongSupplier;

/** The parts of the daemon that queries use; {@code logEnd} is a position. Immutable. */
public record QueryDependencies(
    SessionSource sessions, ColdReader reader, Hub hub, LongSupplier logEnd) {
  /** Lends sessions; blocks until there is one. */
  public interface SessionSource {
    SqlSession open() throws StoreException;
  }
}
