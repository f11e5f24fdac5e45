package dev.eider.server.store.connection;

import dev.eider.server.store.StoreException;
import java.sql.SQLException;
import org.duckdb.DuckDBConnection;

/** What is done on a connection while it is borrowed. */
@FunctionalInterface
public interface Reading<T> {
  T read(DuckDBConnection connection) throws SQLException, StoreException;
}
