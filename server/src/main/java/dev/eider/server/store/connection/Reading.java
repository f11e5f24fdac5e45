package dev.eider.server.store.connection;

import dev.eider.server.store.StoreException;
import java.sql.SQLException;
import org.duckdb.DuckDBConnection;

/** What a reader does with a connection while it has it. */
@FunctionalInterface
public interface Reading<T> {
  T read(DuckDBConnection connection) throws SQLException, StoreException;
}
